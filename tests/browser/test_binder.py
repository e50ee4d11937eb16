"""Chapter 01 plays as on Binder: the same set in an environment of its own, one processor, 2 GB.

conda-forge is not in reach from everywhere, so pip installs what conda would, in the versions of the tested set.
``RNNVIZ_MINUTES`` says how long the run is looked at, ``RNNVIZ_BINDER`` a folder that keeps the environment.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from rnnviz.cli.chapters import copy_chapters, shipped_chapters
from tests.binder.environment import FOLDER, ROOT, pins, requirements
from tests.browser.jupyter import Notebook, process_of, server
from tests.memory import family, together
from tests.minutes import minutes

MOST = 1.5e9  # bytes of the 2 GB that Binder gives
WITHOUT = {"PYTHONPATH", "VIRTUAL_ENV", "OMP_NUM_THREADS", "MKL_NUM_THREADS"}  # a Binder has none of these
pytestmark = [pytest.mark.binder, pytest.mark.timeout(7200)]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a program finds set on a Binder whose environment was built."""
    home = Path(os.environ.get("RNNVIZ_BINDER") or tmp_path_factory.mktemp("binder"))
    if not (home / "env").exists():
        subprocess.run([sys.executable, "-m", "venv", home / "env"], check=True)
    found = {name: value for name, value in os.environ.items() if name not in WITHOUT}
    found |= {"PATH": f"{home / 'env' / 'bin'}:{found['PATH']}", "BINDER_LAUNCH_HOST": "https://example.org"}
    (home / "asked.txt").write_text("\n".join(map(str, requirements())))
    install = ["python", "-m", "pip", "install", "--quiet", "-c", FOLDER / "constraints.txt", "-r", home / "asked.txt"]
    subprocess.run(install, check=True, env=found)
    left_out = shutil.ignore_patterns(".*", "tests", "build", "dist")
    shutil.rmtree(home / "repository", ignore_errors=True)
    shutil.copytree(ROOT, home / "repository", ignore=left_out)
    subprocess.run(["bash", FOLDER / "postBuild"], check=True, env=found, cwd=home / "repository")
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("chapters")
    copy_chapters(shipped_chapters(), made)
    return made


@pytest.fixture(scope="module")
def address(folder: Path, environment: dict[str, str]) -> Iterator[str]:
    held = ("taskset", "-c", "0", shutil.which("python", path=environment["PATH"]) or "")
    with server(folder, python=held, environment=environment) as started:
        yield started


def test_the_environment_holds_the_tested_versions_and_the_package_itself(environment: dict[str, str]) -> None:
    told = subprocess.run(
        ["python", "-m", "pip", "list", "--format=json"], check=True, env=environment, capture_output=True
    )
    versions = {row["name"].lower().replace("_", "-"): row["version"] for row in json.loads(told.stdout)}
    assert "rnnviz" in versions
    known = pins()
    wrong = [name for name in versions.keys() & known if not known[name].specifier.contains(versions[name])]
    assert wrong == []


def test_chapter_01_plays_on_one_processor_in_less_memory_than_binder_gives(
    address: str, page: Page, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notebook = Notebook(page).open(address, "01_why_recurrence.ipynb").run_all()
    assert page.locator(".jp-OutputArea-output[data-mime-type*='error']").count() == 0
    served = process_of(folder)
    assert all(os.sched_getaffinity(process) == {0} for process in family([served]))
    notebook.lab.scroll_into_view_if_needed()
    first = notebook.wait_for_step(0)
    notebook.button("play").click()
    notebook.wait_for_step(first + 20)
    most = 0
    for _ in minutes(page, 10):
        most = max(most, together(served))
    notebook.wait_for_step(notebook.step())
    with capsys.disabled():
        print(f"\nserver and kernel: {together(served) / 1e6:.0f} MB (PSS), {most / 1e6:.0f} MB at most")
    assert most < MOST
    assert notebook.errors == []
