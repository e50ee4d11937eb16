"""What the chapters assert holds on processors of other kinds too: they run again, held to fewer instructions.

Run on demand, ``pytest -m processors``: each set takes as long as all chapters do. ``.ci/run`` runs the oldest of them.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHAPTERS = sorted((ROOT / "notebooks" / "en").glob("*.ipynb"))
SETS = {  # what torch's own kernels are held to, and what its oneDNN is
    "avx2": {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2"},
    "sse41": {"ATEN_CPU_CAPABILITY": "default", "ONEDNN_MAX_CPU_ISA": "SSE41"},
}
NAMES = {"avx2": "AVX2", "sse41": "DEFAULT"}  # torch's own words for them

pytestmark = pytest.mark.processors
every_set = pytest.mark.parametrize("chosen", SETS)


def _python(chosen: str, cache: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    # what torch.compile has kept is for the instructions that it was made under: elsewhere it gives other numbers
    env = os.environ | SETS[chosen] | {"TORCHINDUCTOR_CACHE_DIR": str(cache)}
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env)


@every_set
def test_a_process_is_held_to_the_instructions_that_are_asked_for(chosen: str, tmp_path: Path) -> None:
    told = _python(chosen, tmp_path, "-c", "import torch; print(torch.backends.cpu.get_cpu_capability())")
    assert told.stdout.strip() == NAMES[chosen], told.stderr


@pytest.mark.timeout(1200)
@every_set
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_runs_and_all_it_asserts_holds(chapter: Path, chosen: str, tmp_path: Path) -> None:
    told = _python(chosen, tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", str(chapter))
    assert told.returncode == 0, told.stdout[-4000:] + told.stderr[-2000:]
