"""The doctor: bad versions are named with their fix, good ones are left alone."""

import json
import re
import tomllib
from pathlib import Path

import pytest
import torch
from packaging.requirements import Requirement

from rnnviz.cli import doctor, gpu

GOOD: dict[str, str | None] = {
    "torch": "2.13.0+cpu",
    "numpy": "2.4.6",
    "plotly": "7.1.0",
    "ipywidgets": "8.1.9",
    "anywidget": "0.11.0",
    "jupyterlab": "4.6.6",
    "jupyterlab_widgets": "3.0.17",
    "ipykernel": "7.4.0",
    "statsmodels": "0.15.0",
    "babel": "2.18.0",
    "faker": "40.63.0",
    "jupyterlab-language-pack-zh-cn": "4.5.post3",
    "optuna": "5.0.0",
    "platformdirs": "4.14.7",
    "pypi-simple": "1.8.0",
    "rouge-score": "0.1.2",
    "sacrebleu": "2.6.0",
    "scikit-learn": "1.9.1",
    "tokenizers": "0.23.3",
    "torchao": "0.18.0",
    "vega_datasets": "0.9.0",
    "nbval": "0.11.0",
}


@pytest.fixture
def versions(monkeypatch: pytest.MonkeyPatch) -> dict[str, str | None]:
    """Return the versions the doctor will find; a test changes them."""
    found = dict(GOOD)
    monkeypatch.setattr(doctor, "installed", lambda: found)
    return found


def test_the_tested_set_has_no_problem() -> None:
    assert doctor.examine(GOOD) == []


def test_this_environment_has_no_problem() -> None:
    assert doctor.examine(doctor.installed()) == []


@pytest.mark.parametrize(
    ("package", "version", "consequence", "fix"),
    [
        ("ipykernel", "7.0.0", "every widget write from a thread raises LookupError", "'ipykernel>=7.4'"),
        ("ipykernel", "7.0.1", "every widget write from a thread raises LookupError", "'ipykernel>=7.4'"),
        ("ipykernel", "6.31.0", "rnnviz is tested from 7.4 on", "'ipykernel>=7.4'"),
        ("ipywidgets", "8.1.8", "what a background thread prints can be lost", "'ipywidgets>=8.1.9'"),
        ("ipywidgets", "7.8.5", "7 shows no widget at all", "'ipywidgets>=8.1.9'"),
        ("jupyterlab", "4.5.9", "too old: rnnviz needs 4.6 or newer", "'jupyterlab>=4.6'"),
        ("jupyterlab_widgets", "1.1.11", "no slider appears", "'jupyterlab_widgets>=3.0'"),
        ("plotly", "5.24.1", "too old: rnnviz needs 6.0 or newer", "'plotly>=6.0'"),
        ("anywidget", "0.9.9", "too old: rnnviz needs 0.9.18 or newer", "'anywidget>=0.9.18'"),
        ("torch", "2.5.1+cu124", "too old: rnnviz needs 2.6 or newer", "'torch>=2.6'"),
        ("numpy", "1.25.2", "too old: rnnviz needs 1.26 or newer", "'numpy>=1.26'"),
        ("statsmodels", "0.14.6", "does not carry the monthly sunspot record", "'statsmodels>=0.15'"),
        ("faker", "40.5.1", "other names than those that chapter 08 counts", "'faker>=40.63'"),
        ("scikit-learn", "1.6.1", "too old: rnnviz needs 1.7 or newer", "'scikit-learn>=1.7'"),
        ("torch", None, "not installed, and rnnviz needs it", "'torch>=2.6'"),
        ("jupyterlab_widgets", None, "not installed, and jupyterlab needs it", ">=3.0'"),
        ("ipykernel", None, "not installed, and jupyterlab needs it", "'ipykernel>=7.4'"),
    ],
)
def test_a_bad_version_is_named_with_its_consequence_and_its_fix(
    package: str, version: str | None, consequence: str, fix: str
) -> None:
    (problem,) = doctor.examine({**GOOD, package: version})
    assert (problem.package, problem.version) == (package, version)
    assert consequence in problem.what
    assert problem.fix.startswith("pip install '")
    assert problem.fix.endswith(fix)


@pytest.mark.parametrize("version", ["7.4", "7.4.0", "7.4.0rc1", "7.10.0", "8.0", "2026.1"])
def test_the_oldest_good_version_and_any_newer_one_pass(version: str) -> None:
    assert doctor.examine({**GOOD, "ipykernel": version}) == []


def test_an_environment_without_a_server_is_well() -> None:
    base = {"torch", "numpy", "plotly", "ipywidgets", "anywidget"}
    assert doctor.examine({name: version for name, version in GOOD.items() if name in base}) == []


def test_the_rules_ask_for_what_the_package_asks_for() -> None:
    project = tomllib.loads(Path(__file__).parents[1].joinpath("pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["chapters"]]
    bounds = {wish.name: str(wish.specifier) for wish in map(Requirement, asked)}
    rules = {rule.package: f">={rule.oldest}" for rule in doctor.RULES}
    assert {package: rules[package] for package in bounds} == bounds


def test_a_healthy_report_shows_versions_and_device_and_exits_with_zero(
    versions: dict[str, str | None], capsys: pytest.CaptureFixture[str]
) -> None:
    versions["nbval"] = None
    assert doctor.main() == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if line}
    assert lines["torch"].split() == ["torch", "2.13.0+cpu"]
    assert lines["nbval"].endswith("not installed")
    assert lines["device"].endswith("CPU threads")
    assert lines["No"] == "No known problem."


@pytest.mark.parametrize(("asked", "told"), [(None, "a thread"), ("thread", "a thread"), ("asyncio", "slices on the")])
def test_a_report_says_where_labs_train_and_which_front_ends_were_tried(
    asked: str | None,
    told: str,
    versions: dict[str, str | None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("RNNVIZ_RUNNER", raising=False)
    if asked:
        monkeypatch.setenv("RNNVIZ_RUNNER", asked)
    doctor.main()
    report = capsys.readouterr().out
    assert re.search(rf"^labs train in +{told}", report, re.MULTILINE)
    assert "Not tried: Colab" in report


def test_a_sick_report_shows_the_fix_and_exits_with_one(
    versions: dict[str, str | None], capsys: pytest.CaptureFixture[str]
) -> None:
    versions["ipykernel"] = "7.0.1"
    assert doctor.main() == 1
    report = capsys.readouterr().out
    assert "ipykernel 7.0.1: rnnviz is tested from 7.4 on" in report
    assert "  fix: pip install 'ipykernel>=7.4'" in report
    assert "No known problem" not in report


def test_the_json_report_is_one_object(versions: dict[str, str | None], capsys: pytest.CaptureFixture[str]) -> None:
    versions["ipykernel"] = "7.0.1"
    assert doctor.main(as_json=True) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is False
    assert report["versions"]["ipykernel"] == "7.0.1"
    assert report["device"].keys() == {"kind", "name", "threads"}
    assert [problem["package"] for problem in report["problems"]] == ["ipykernel"]


def test_a_torch_that_fails_is_a_problem_and_not_a_traceback(
    versions: dict[str, str | None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise OSError("libtorch.so: cannot open shared object file")

    monkeypatch.setattr(doctor, "_device", broken)
    assert doctor.main() == 1
    assert "torch 2.13.0+cpu: does not work here (OSError: libtorch.so" in capsys.readouterr().out


def test_a_missing_torch_is_one_problem_and_no_device(
    versions: dict[str, str | None], capsys: pytest.CaptureFixture[str]
) -> None:
    versions["torch"] = None
    assert doctor.main(as_json=True) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["device"] is None
    assert [problem["package"] for problem in report["problems"]] == ["torch"]


def test_without_jupyterlab_the_report_says_how_to_get_the_chapters(
    versions: dict[str, str | None], capsys: pytest.CaptureFixture[str]
) -> None:
    versions.update(dict.fromkeys(("jupyterlab", "jupyterlab_widgets", "ipykernel")))
    assert doctor.main() == 0
    assert "pip install 'rnnviz[chapters]'" in capsys.readouterr().out


def _card(monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int], known: list[str]) -> None:
    """Let torch see one card of this capability, and be built for these architectures."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    monkeypatch.setattr(torch.cuda, "get_arch_list", lambda: known)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "Some GPU")


def _nvidia_is_here(monkeypatch: pytest.MonkeyPatch, here: bool) -> None:
    monkeypatch.setattr(gpu.os.path, "exists", lambda path: here and path == "/proc/driver/nvidia")
    monkeypatch.setattr(gpu.shutil, "which", lambda command: None)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


def test_a_gpu_beside_a_torch_for_the_cpu_is_told_and_the_wheel_blamed(
    versions: dict[str, str | None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _nvidia_is_here(monkeypatch, True)
    monkeypatch.setattr(torch.version, "cuda", None)
    assert doctor.main() == 0
    assert "is a build for the CPU alone: install a CUDA build" in capsys.readouterr().out


def test_a_driver_that_does_not_start_cuda_is_told_with_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def init() -> None:
        raise RuntimeError("The NVIDIA driver on your system\nis too old (found version 11040).")

    _nvidia_is_here(monkeypatch, True)
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr(torch.cuda, "init", init)
    told = gpu.unusable()
    assert told is not None
    assert "does not start CUDA 13.0 (The NVIDIA driver on your system is too old (found version 11040))" in told


@pytest.mark.parametrize(
    ("capability", "known"),
    [((5, 0), ["sm_75", "sm_90"]), ((12, 0), ["sm_80", "sm_90a"]), ((7, 0), ["sm_75", "compute_75"])],
)
def test_a_card_that_torch_has_no_code_for_is_told(
    monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int], known: list[str]
) -> None:
    _card(monkeypatch, capability, known)
    told = gpu.unusable()
    assert told is not None
    assert f"Some GPU is of architecture sm_{capability[0]}{capability[1]}, and this torch has code for sm_" in told


@pytest.mark.parametrize(
    ("capability", "known"),
    [((9, 0), ["sm_80", "sm_90a"]), ((8, 9), ["sm_80"]), ((12, 0), ["sm_90", "compute_90"]), ((9, 4), ["gfx942"])],
)
def test_a_card_that_torch_has_code_for_is_not_complained_of(
    monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int], known: list[str]
) -> None:
    _card(monkeypatch, capability, known)
    assert gpu.unusable() is None


def test_without_a_gpu_nothing_is_said_of_one(
    versions: dict[str, str | None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _nvidia_is_here(monkeypatch, False)
    assert doctor.main(as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["unused_gpu"] is None


def test_the_doctor_computes_on_the_device_that_a_lab_would_take(
    versions: dict[str, str | None], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("rnnviz.training.process.devices.available", lambda: ("meta", "cpu"))
    assert doctor.main() == 1  # a device whose numbers cannot be read, and the computation finds out
    assert "torch 2.13.0+cpu: does not work here (" in capsys.readouterr().out
