"""Building a site: chapters are run, their pages written as sources, and Sphinx makes the pages of them."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import nbformat

import rnnviz
from rnnviz import files
from rnnviz.i18n import keys, t
from rnnviz.lab.replay.page import shared_library
from rnnviz.live.bundle import beside
from rnnviz.site.front import front_page
from rnnviz.site.keeping import Order, Ran
from rnnviz.site.pages import fullest_still, page_of
from rnnviz.site.reading import Chapter
from rnnviz.site.reference import reference_pages
from rnnviz.site.running import run_chapters

__all__ = ["PACKAGES", "Site", "build", "missing_packages", "templates"]

PACKAGES = {
    "sphinx": "Sphinx",
    "myst_nb": "myst-nb",
    "furo": "furo",
    "numpydoc": "numpydoc",
    "latex2mathml": "latex2mathml",
}
_SHARED = "../_static"  # as a replay has it
_PLACES = (
    *("choice", "truth", "said", "measured", "apart", "tolerance", "factor", "amount", "letter", "words", "text"),
    *("asked", "revealed", "right", "came", "why"),
)


@dataclass(frozen=True)
class Site:
    """What is built.

    Parameters
    ----------
    chapters : sequence of Chapter
        In order.
    whole : bool
        Whether chapters are run from top to bottom; else what their labs need.
    replays : collection of str, optional
        The numbers of the chapters whose labs are trained; all by default.
    keep : Path, optional
        A folder in which stays what chapters gave: those that have not changed are not run again. By default none.
    """

    chapters: Sequence[Chapter]
    whole: bool = True
    replays: Collection[str] | None = None
    keep: Path | None = None


def missing_packages() -> list[str]:
    """Return the names of the packages that pages are made with and that are not installed."""
    return [name for module, name in PACKAGES.items() if find_spec(module) is None]


def build(site: Site, out: Path, say: Callable[[str], None] = print) -> tuple[int, int]:
    """Build a site; return how many pages it has, and how many chapters stopped. The folder is filled once all is made.

    Parameters
    ----------
    site : Site
        What is built.
    out : Path
        A folder that is empty or not there yet.
    say : callable
        Is told of each chapter that has run, or why it stopped; such a one shows the outputs that it keeps.

    Raises
    ------
    RuntimeError
        If Sphinx stops; the message is a sentence.
    OSError
        If the folder cannot be filled; it is as it was then.
    """
    with tempfile.TemporaryDirectory(prefix="rnnviz-site-") as folder:
        work = Path(folder)
        source, pages = work / "source", work / "pages"
        (source / "_static" / "gallery").mkdir(parents=True)
        gave = site.keep or work / "gave"
        gave.mkdir(parents=True, exist_ok=True)
        ran = _run(site, gave, say)
        _write(site.chapters, ran, source)
        _sphinx(source, pages)
        for chapter in site.chapters:
            for cell in ran.get(chapter.name, Ran()).replays:
                (pages / "replays").mkdir(exist_ok=True)
                shutil.copy(gave / f"{chapter.number}-{cell}.html", pages / "replays")
        shutil.rmtree(pages / ".doctrees", ignore_errors=True)
        files.write_folder(out, pages)
    return sum(1 for _ in out.rglob("*.html")), sum(bool(one.stopped) for one in ran.values())


def _run(site: Site, folder: Path, say: Callable[[str], None]) -> dict[str, Ran]:
    """Run the chapters; one that stops is said to, and shows what it keeps."""
    wanted = [one for one in site.chapters if site.replays is None or one.number in site.replays]
    ran: dict[str, Ran] = {}
    for chapter, given in run_chapters(wanted, Order(folder, site.whole, _SHARED)):
        if given.stopped:
            say(t("cli.site.stopped", chapter=chapter.number, reason=given.stopped))
        else:
            say(t("cli.site.ran", chapter=chapter.number, replays=len(given.replays)))
        ran[chapter.name] = given
    return ran


def _write(chapters: Sequence[Chapter], ran: dict[str, Ran], source: Path) -> None:
    """Write what Sphinx reads."""
    static, built, stills = source / "_static", {one.name for one in chapters}, []
    for chapter in chapters:
        nbformat.write(page_of(chapter, ran.get(chapter.name, Ran()), built), source / chapter.path.name)
        if (still := fullest_still(chapter)) is not None:
            (static / "gallery" / f"{chapter.name}.png").write_bytes(still)
            stills.append(chapter.name)
    shutil.copy(Path(__file__).with_name("conf.py"), source)
    (source / "index.md").write_text(front_page(chapters, stills), encoding="utf-8")
    for name, text in reference_pages().items():
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).write_text(text, encoding="utf-8")
    notebooks = chapters[0].path.parents[1]
    shutil.copytree(chapters[0].path.parent / "images", source / "images")
    shutil.copy(notebooks / "images" / "forget-bias.webp", static)
    for name, script in shared_library().items():
        (static / name).write_text(script, encoding="utf-8")
    (static / "rnnviz.css").write_text(beside(__file__, "site.css"), encoding="utf-8")
    (static / "rnnviz.js").write_text(_script(), encoding="utf-8")


def templates() -> dict[str, str]:
    """Return the sentences of the pages' script by key, their places left to be filled by it.

    >>> templates()["predict.right"]
    'You predicted {choice}, and that is what happens.'
    """
    asked = [key for key in sorted(keys()) if key.startswith("predict.") and not key[8].isdigit()]
    return {key: t(key, **{name: f"{{{name}}}" for name in _PLACES}) for key in [*asked, "site.failed"]}


def _script() -> str:
    """The pages' own script, as a plain one: a page that is opened as a file may load no module."""
    told = json.dumps(templates(), ensure_ascii=False)
    return f"(() => {{\nconst WORDS = {told};\n{beside(__file__, 'site.js')}\nstart(WORDS);\n}})();\n"


def _sphinx(source: Path, pages: Path) -> None:
    """Make the pages in a process of its own: what is loaded there stays there."""
    package = str(Path(rnnviz.__file__).parents[1])
    path = os.pathsep.join([package, *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-E", "-b", "html", str(source), str(pages)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )
    if done.returncode:
        raise RuntimeError(t("cli.site.sphinx", reason=done.stderr.strip()[-600:]))
    if done.stderr.strip():
        sys.stderr.write(done.stderr)
