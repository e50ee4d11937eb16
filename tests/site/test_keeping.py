"""What a chapter gave is kept for the next build, as long as chapter, package and what is wanted are the same."""

import json
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from rnnviz import data
from rnnviz.site.keeping import Order, Ran, keep, kept, stamp
from tests.site.books import book


@pytest.fixture
def order(tmp_path: Path) -> Order:
    return Order(tmp_path, whole=True, shared="../_static")


def test_what_a_chapter_gave_comes_back_as_it_was(tmp_path: Path, order: Order) -> None:
    chapter = book(tmp_path, opener="lab = rv.Lab('adding')\nlab")
    printed = nbformat.v4.new_output("stream", name="stdout", text="7 × 6\n")
    (tmp_path / "99-opener.html").write_text("it plays")
    gave = Ran({"opener": [printed]}, {"01.shuffled": {"why": "so"}}, ("opener",))
    keep(chapter, order, "mark", gave)
    found = kept(chapter, order, "mark")
    assert found == gave
    assert found.outputs["opener"][0].output_type == "stream"


def test_it_runs_again_if_a_cell_the_package_the_data_or_what_is_wanted_has_changed(
    tmp_path: Path, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    chapter = book(tmp_path, one="1 + 1")
    keep(chapter, order, "mark", Ran())
    assert kept(chapter, order, "mark") == Ran()
    assert kept(book(tmp_path, one="1 + 2"), order, "mark") is None
    assert kept(chapter, order, "another") is None
    for other in (replace(order, whole=False), replace(order, room=1), replace(order, labs=frozenset({"one"}))):
        assert kept(chapter, other, "mark") is None
    monkeypatch.setattr(data, "path", lambda name: tmp_path / f"{name}.txt")
    assert kept(chapter, order, "mark") is None


def test_a_chapter_that_stopped_and_one_whose_replay_is_gone_run_again(tmp_path: Path, order: Order) -> None:
    chapter = book(tmp_path, opener="lab = rv.Lab('adding')\nlab")
    keep(chapter, order, "mark", Ran(stopped="in cell opener: KeyError: 'x'"))
    assert kept(chapter, order, "mark") is None
    keep(chapter, order, "mark", Ran(replays=("opener",)))
    assert kept(chapter, order, "mark") is None


@pytest.mark.parametrize("damaged", ["", '{"of": "', "[" * 100_000, "[]", "{}", "3", '{"of": "x"}'])
def test_what_is_kept_and_was_damaged_is_nothing(tmp_path: Path, order: Order, damaged: str) -> None:
    chapter = book(tmp_path, one="1 + 1")
    keep(chapter, order, "mark", Ran())
    (path,) = tmp_path.glob("*.json")
    path.write_text(damaged)
    assert kept(chapter, order, "mark") is None


def test_what_is_kept_and_lacks_a_part_is_nothing(tmp_path: Path, order: Order) -> None:
    chapter = book(tmp_path, one="1 + 1")
    keep(chapter, order, "mark", Ran())
    (path,) = tmp_path.glob("*.json")
    whole = json.loads(path.read_text())
    for name in whole:
        path.write_text(json.dumps({**whole, name: 3}))
        assert kept(chapter, order, "mark") is None


def test_a_package_is_another_once_one_of_its_files_is(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1")
    before = stamp([tmp_path / "a.py"])
    assert stamp([tmp_path / "a.py"]) == before
    (tmp_path / "a.py").write_text("2")
    assert stamp([tmp_path / "a.py"]) != before
