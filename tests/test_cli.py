"""The words of the command line: which command runs, what it is given, what a wrong word is answered."""

import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest

import rnnviz
import rnnviz.cli.doctor
import rnnviz.cli.lab
from rnnviz.cli import main


@pytest.fixture
def lab_calls(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    calls: list[dict[str, Any]] = []

    def lab(directory: Path, **options: Any) -> int:
        calls.append({"directory": directory, **options})
        return 7

    monkeypatch.setattr(rnnviz.cli.lab, "main", lab)
    return calls


def test_lab_alone_uses_the_folder_beside_you_and_lets_jupyterlab_choose(lab_calls: list[dict[str, Any]]) -> None:
    main(["lab"])
    assert lab_calls == [{"directory": Path("rnnviz-chapters"), "browser": True, "port": None, "passed_on": []}]


def test_lab_passes_on_everything_after_two_dashes(lab_calls: list[dict[str, Any]]) -> None:
    main(["lab", "here", "--no-browser", "--port", "8899", "--", "--ip=0.0.0.0", "--", "x"])
    passed_on = ["--ip=0.0.0.0", "--", "x"]
    assert lab_calls == [{"directory": Path("here"), "browser": False, "port": 8899, "passed_on": passed_on}]


def test_the_exit_code_of_lab_is_jupyterlabs(lab_calls: list[dict[str, Any]]) -> None:
    assert main(["lab"]) == 7


def test_doctor_answers_in_json_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rnnviz.cli.doctor, "main", lambda *, as_json: 1 if as_json else 0)
    assert (main(["doctor"]), main(["doctor", "--json"])) == (0, 1)


def test_bench_receives_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    received: list[str] = []

    def bench(words: list[str]) -> int:
        received.extend(words)
        return 3

    stand_in = types.ModuleType("rnnviz.bench")
    monkeypatch.setattr(stand_in, "main", bench, raising=False)
    monkeypatch.setitem(sys.modules, "rnnviz.bench", stand_in)
    assert main(["bench", "--json", "-h", "one"]) == 3
    assert received == ["--json", "-h", "one"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (
            [],
            "the following arguments are required: "
            "lab | demo | chapters | progress | class | data | doctor | bench | site",
        ),
        (["dance"], "invalid choice: 'dance'"),
        (["lab", "--prot", "1"], "rnnviz does not know --prot"),
        (["lab", "--port", "0"], "a port is a whole number from 1 to 65535, got 0"),
        (["lab", "--port", "65536"], "a port is a whole number from 1 to 65535, got 65536"),
        (["lab", "--port", "web"], "a port is a whole number from 1 to 65535, got web"),
        (["doctor", "--yaml"], "rnnviz does not know --yaml"),
    ],
)
def test_a_wrong_word_is_named_and_the_exit_code_is_two(
    words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as leaving:
        main(words)
    assert leaving.value.code == 2
    assert complaint in capsys.readouterr().err


def test_the_module_is_the_command() -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "rnnviz", "--version"], capture_output=True, text=True, check=True, timeout=60
    )
    assert answer.stdout.strip() == f"rnnviz {rnnviz.__version__}"


def test_the_command_itself_loads_no_heavy_library() -> None:
    code = "import rnnviz.cli, sys; print([m for m in ('torch', 'numpy', 'jupyterlab') if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert answer.stdout.strip() == "[]"
