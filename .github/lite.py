"""Build a JupyterLite site with the chapters: JupyterLab as static files, whose Python runs in the reader's browser.

Run ``python .github/lite.py OUT`` in an environment with ``rnnviz[lite]``. torch does not run in a browser, so that a
lab says so there in one sentence; prose, code and equations read as they do elsewhere. The pages load Pyodide, the
Python of a browser, from the network address that jupyterlite-pyodide-kernel names, at a reader's first cell.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = ROOT / "notebooks" / "en"
FIRST = "%pip install -q --no-deps rnnviz  # its Python is the browser's, which has no torch: labs say so"
WIDGETS = "anywidget"  # of which there must be one, in the tested version


def readable(notebook: dict) -> dict:
    """Return a notebook without outputs, whose cells can be run and not changed."""
    frozen = {"editable": False, "deletable": False}
    install = {"cell_type": "code", "execution_count": None, "id": "install", "metadata": {}, "outputs": []}
    cells = []
    for cell in [{**install, "source": FIRST}, *notebook["cells"]]:
        kept = {**cell, "metadata": {**cell["metadata"], **frozen}}
        if cell["cell_type"] == "code":
            kept |= {"outputs": [], "execution_count": None}
        cells.append(kept)
    metadata = {name: value for name, value in notebook["metadata"].items() if name != "widgets"}
    metadata["kernelspec"] = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
    return {**notebook, "cells": cells, "metadata": metadata}


def copy_chapters(folder: Path) -> list[Path]:
    """Write the readable chapters, and the pictures that they show, into a folder; return the chapters."""
    written = []
    for chapter in sorted(CHAPTERS.glob("*.ipynb")):
        target = folder / "en" / chapter.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(readable(json.loads(chapter.read_text("utf-8"))), ensure_ascii=False), "utf-8")
        written.append(target)
    images = folder / "en" / "images"
    images.mkdir(parents=True, exist_ok=True)
    for picture in (CHAPTERS / "images").glob("*.*"):
        (images / picture.name).write_bytes(picture.read_bytes())
    return written


def pinned(package: str) -> str:
    """Return the tested version of a package."""
    lines = (ROOT / "binder" / "constraints.txt").read_text("utf-8").splitlines()
    return next(line.partition("==")[2] for line in lines if line.startswith(f"{package}=="))


def troubles(site: Path) -> list[str]:
    """Return what is wrong with a site that was built: in English, for a person who builds it."""
    found = []
    versions = [
        json.loads(one.read_text("utf-8"))["version"] for one in site.glob(f"extensions/{WIDGETS}/package.json")
    ]
    if versions != [pinned(WIDGETS)]:
        found.append(f"{WIDGETS} must be there once, in version {pinned(WIDGETS)}; found {versions}")
    chapters = sorted((site / "files").rglob("*.ipynb"))
    if len(chapters) != len(list(CHAPTERS.glob("*.ipynb"))):
        found.append(f"{len(chapters)} chapters are there, of {len(list(CHAPTERS.glob('*.ipynb')))}")
    for chapter in chapters:
        notebook = json.loads(chapter.read_text("utf-8"))
        if any(cell.get("outputs") for cell in notebook["cells"]) or "widgets" in notebook["metadata"]:
            found.append(f"{chapter.name} has outputs")
        if not all(cell["metadata"].get("editable") is False for cell in notebook["cells"]):
            found.append(f"{chapter.name} can be changed")
    if not list(site.rglob("rnnviz-*.whl")):
        found.append("the package itself is not there")
    return found


def build(out: Path) -> list[str]:
    """Build the site into ``out``; return what is wrong with it."""
    with tempfile.TemporaryDirectory() as work:
        contents, wheels = Path(work) / "contents", Path(work) / "wheels"
        copy_chapters(contents)
        wheel = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(wheels), str(ROOT)]
        subprocess.run(wheel, check=True)
        lite = [sys.executable, "-m", "jupyterlite_core.app", "build", "--no-sourcemaps", f"--lite-dir={work}"]
        lite += [f"--contents={contents}", f"--output-dir={out.absolute()}"]
        lite += [f"--piplite-wheels={one}" for one in wheels.glob("rnnviz-*.whl")]
        subprocess.run(lite, check=True, cwd=work)  # where it leaves notes of its own
    return troubles(out)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python .github/lite.py OUT")
    wrong = build(Path(sys.argv[1]))
    for line in wrong:
        print(line, file=sys.stderr)
    sys.exit(bool(wrong))
