"""A site's folder is filled once all is made: what breaks off before leaves it as it was."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from rnnviz.site import building
from rnnviz.site.building import Site, build
from rnnviz.site.keeping import Order, Ran
from rnnviz.site.recording import Recorder
from tests.site.books import book


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Return a site of one chapter; neither kernel nor Sphinx is run, but their files are written."""
    chapter = book(tmp_path, opener="lab = rv.Lab('adding')\nlab")

    def run(chapters: Any, order: Order) -> Any:
        (order.folder / f"{chapter.number}-opener.html").write_text("it plays")
        return [(one, Ran(replays=("opener",))) for one in chapters]

    def pages(source: Path, target: Path) -> None:
        (target / ".doctrees").mkdir(parents=True)
        (target / "index.html").write_text("the front")

    monkeypatch.setattr(building, "run_chapters", run)
    monkeypatch.setattr(building, "_write", lambda chapters, ran, source: None)
    monkeypatch.setattr(building, "_sphinx", pages)
    return Site([chapter])


@pytest.mark.parametrize("there", [True, False])
def test_all_pages_and_replays_are_there_and_nothing_else(site: Site, tmp_path: Path, there: bool) -> None:
    out = tmp_path / "out"
    if there:
        out.mkdir()
    assert build(site, out, say=lambda words: None) == (2, 0)
    names = sorted(str(one.relative_to(out)) for one in out.rglob("*"))
    assert names == ["index.html", "replays", "replays/99-opener.html"]


@pytest.mark.parametrize("there", [True, False])
def test_where_the_disk_is_full_at_the_last_page_the_folder_is_as_it_was(
    site: Site, tmp_path: Path, there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, sync, seen = tmp_path / "out", os.fsync, []
    if there:
        out.mkdir()

    def full(descriptor: int) -> None:
        seen.append(descriptor)
        if len(seen) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"^path '.*out' could not be written: no space left on device"):
        build(site, out, say=lambda words: None)
    assert out.exists() == there
    assert not there or os.listdir(out) == []


def test_a_record_that_does_not_fit_leaves_the_one_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    recorder = Recorder(str(tmp_path), "99", "../_static", 1000)
    recorder.finish()
    before = (tmp_path / "99.json").read_bytes()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"99.json' could not be written: no space left on device; what was there is as"):
        Recorder(str(tmp_path), "99", "../_static", 1000).finish()
    assert os.listdir(tmp_path) == ["99.json"]
    assert (tmp_path / "99.json").read_bytes() == before
