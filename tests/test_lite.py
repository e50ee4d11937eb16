"""The chapters in JupyterLite: nothing stored, nothing to change, one anywidget; a lab there says what is missing."""

import json
import re
import runpy
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
LITE = runpy.run_path(str(ROOT / ".github" / "lite.py"))
IN_A_BROWSER = """
import builtins, sys
real = builtins.__import__
def without_torch(name, *arguments, **more):
    if name.partition(".")[0] == "torch":
        raise ModuleNotFoundError("No module named 'torch'", name="torch")
    return real(name, *arguments, **more)
builtins.__import__ = without_torch
import rnnviz as rv
sys.platform = "emscripten"
try:
    rv.Lab
except ImportError as error:
    print(error)
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """What a build leaves, in little: the chapters, one anywidget, the package."""
    LITE["copy_chapters"](tmp_path / "files")
    package = tmp_path / "extensions" / "anywidget" / "package.json"
    package.parent.mkdir(parents=True)
    package.write_text(json.dumps({"version": LITE["pinned"]("anywidget")}))
    (tmp_path / "pypi").mkdir()
    (tmp_path / "pypi" / "rnnviz-1.0-py3-none-any.whl").touch()
    return tmp_path


def test_every_chapter_is_there_and_nothing_is_wrong(site: Path) -> None:
    assert LITE["troubles"](site) == []
    assert len(list(site.rglob("*.ipynb"))) == len(list((ROOT / "notebooks" / "en").glob("*.ipynb")))


def test_a_drawing_lies_where_its_chapter_looks_for_it(site: Path) -> None:
    chapters = list(site.rglob("*.ipynb"))
    named = {
        one.parent / name for one in chapters for name in re.findall(r"\]\((images/[\w.-]+)", one.read_text("utf-8"))
    }
    assert len(named) > 3
    assert [one for one in named if not one.exists()] == []


def test_cells_are_those_of_the_chapter_behind_one_that_installs() -> None:
    chapter = json.loads((ROOT / "notebooks" / "en" / "03_lstm.ipynb").read_text(encoding="utf-8"))
    shown = LITE["readable"](chapter)
    assert [cell["source"] for cell in shown["cells"][1:]] == [cell["source"] for cell in chapter["cells"]]
    assert "rnnviz" in shown["cells"][0]["source"]
    assert any(cell.get("outputs") for cell in chapter["cells"])  # the chapter itself keeps its own
    assert not any(cell.get("outputs") for cell in shown["cells"])


@pytest.mark.parametrize("versions", [[], ["0.1.0"]], ids=["none", "another"])
def test_another_anywidget_is_told(site: Path, versions: list[str]) -> None:
    package = site / "extensions" / "anywidget" / "package.json"
    package.unlink()
    for version in versions:
        package.write_text(json.dumps({"version": version}))
    (told,) = LITE["troubles"](site)
    assert "anywidget must be there once" in told


def test_an_output_and_a_cell_that_can_be_changed_are_told(site: Path) -> None:
    chapter = next(site.rglob("00_*.ipynb"))
    notebook = json.loads(chapter.read_text(encoding="utf-8"))
    notebook["cells"][0]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "0.5"}]
    notebook["cells"][1]["metadata"]["editable"] = True
    chapter.write_text(json.dumps(notebook), encoding="utf-8")
    assert LITE["troubles"](site) == [f"{chapter.name} has outputs", f"{chapter.name} can be changed"]


def test_a_missing_chapter_and_a_missing_package_are_told(site: Path) -> None:
    next(site.rglob("00_*.ipynb")).unlink()
    next(site.rglob("*.whl")).unlink()
    assert len(LITE["troubles"](site)) == 2


def test_what_builds_it_is_asked_for_and_leaves_nothing_where_it_is_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    extra = tomllib.loads(ROOT.joinpath("pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {Requirement(wish).name for wish in extra["optional-dependencies"]["lite"]}
    # jupyterlite-core builds no site with notebooks in it without that server, and does not ask for it
    assert names == {"jupyter-server", "jupyterlite-core", "jupyterlite-pyodide-kernel"}
    ran = []
    monkeypatch.setattr(subprocess, "run", lambda command, **more: ran.append((command, more)))
    monkeypatch.chdir(tmp_path)
    LITE["build"](Path("site"))
    command, more = ran[-1]
    assert f"--output-dir={tmp_path / 'site'}" in command
    assert Path(more["cwd"]) != tmp_path
    assert list(tmp_path.iterdir()) == []


def test_in_a_browser_a_lab_says_in_one_sentence_that_torch_does_not_run_there() -> None:
    answer = subprocess.run([sys.executable, "-c", IN_A_BROWSER], capture_output=True, text=True, cwd=ROOT, check=True)
    assert answer.stdout == (
        "rnnviz.Lab needs torch, which does not run in a browser's Python: "
        "run this chapter in JupyterLab on a computer of your own or on a server.\n"
    )
