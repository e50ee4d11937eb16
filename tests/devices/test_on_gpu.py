"""The script for the first minutes on a GPU runs on the CPU too, so that none of them is lost on a slip of its own."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import torch

from tests.devices import on_gpu

SCRIPT = Path(__file__).with_name("on_gpu.sh")


@pytest.mark.parametrize("part", ["versions", "loops", "default-device"])
def test_a_part_finds_an_answer_to_each_of_its_questions(part: str) -> None:
    answers = {what: check() for what, check in on_gpu.PARTS[part](torch.device("cpu"))}
    assert answers
    assert all(answers.values())


def test_what_a_watch_shows_under_dropout_is_what_reaches_the_weights() -> None:
    ratios = re.findall(r"layer \d: ([\d.]+)", on_gpu.dropped_out(torch.device("cpu")))
    assert [round(float(ratio), 4) for ratio in ratios] == [1.0, 1.0]


def test_a_failed_check_is_a_row_and_the_next_one_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> str:
        raise RuntimeError("CUDA error:\nout of luck")

    parts = {"loops": lambda device: iter([("one", broken), ("two", lambda: "fine")])}
    monkeypatch.setattr(on_gpu, "PARTS", parts)
    monkeypatch.setattr("sys.argv", ["on_gpu", "--device", "cpu", "loops"])
    assert on_gpu.main() == 1
    assert capsys.readouterr().out == "| one | **RuntimeError**: CUDA error: out of luck |\n| two | fine |\n"


def test_the_rows_of_the_bench_are_read_from_its_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cost = {"median": 1.432, "low": 1.4, "high": 1.48}
    tables = {"tables": [{"name": "capture", "rows": [{"cell": "lstm", "at": "(32, 100, 2, 64)", "cost": cost}]}]}
    (tmp_path / "log").write_text("… capture: lstm\n" + json.dumps(tables, indent=2) + "\n", encoding="utf-8")
    assert on_gpu.costs(tmp_path / "log") == 0
    assert capsys.readouterr().out == "| capture: lstm (32, 100, 2, 64) | cost 1.43 (1.40–1.48) |\n"


def test_all_parts_together_take_less_than_eight_minutes() -> None:
    limits = [int(seconds) for seconds in re.findall(r"^part [\w-]+ (\d+) ", SCRIPT.read_text(encoding="utf-8"), re.M)]
    assert len(limits) == 10
    assert sum(limits) < 480


def test_the_script_is_one_that_bash_can_read() -> None:
    read = subprocess.run(["bash", "-n", str(SCRIPT)], capture_output=True, text=True)
    assert (read.returncode, read.stderr) == (0, "")
