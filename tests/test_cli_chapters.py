"""Copying the chapters: new ones arrive, old ones are brought up to date, a changed file is never lost."""

import errno
import json
import os
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnviz import files
from rnnviz.cli.chapters import copy_chapters, reset_chapter, shipped_chapters

TODAY = "2026-02-03"
FIRST = "00_start.ipynb"
SECOND = "01_why.ipynb"
BESIDE = "01_why (new edition).ipynb"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "edition"
    folder.mkdir()
    (folder / FIRST).write_text("start, first edition")
    (folder / SECOND).write_text("why, first edition")
    return folder


@pytest.fixture
def desk(tmp_path: Path, source: Path) -> Path:
    """Return the learner's folder, the first edition in it."""
    folder = tmp_path / "deep" / "desk"
    copy_chapters(source, folder)
    return folder


def _files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.glob("*.ipynb")}


def test_the_shipped_chapters_begin_with_the_start() -> None:
    assert (shipped_chapters() / "00_start_here.ipynb").is_file()


def test_a_new_folder_receives_every_chapter_and_nothing_is_said(tmp_path: Path, source: Path) -> None:
    copied = copy_chapters(source, tmp_path / "desk")
    assert _files(tmp_path / "desk") == {FIRST: "start, first edition", SECOND: "why, first edition"}
    assert (copied.first, copied.notes) == (FIRST, ())


def test_the_drawings_come_along_and_are_brought_up_to_date_unless_somebody_drew_on_hers(
    source: Path, tmp_path: Path
) -> None:
    (source / "images").mkdir()
    drawings = {name: source / "images" / name for name in ("lstm.svg", "gru.svg")}
    for path in drawings.values():
        path.write_text("first edition")
    desk = tmp_path / "desk"
    copy_chapters(source, desk)
    assert [(desk / "images" / name).read_text() for name in drawings] == ["first edition"] * 2
    (desk / "images" / "gru.svg").write_text("mine")
    for path in drawings.values():
        path.write_text("second edition")
    assert copy_chapters(source, desk).notes == ()
    assert [(desk / "images" / name).read_text() for name in drawings] == ["second edition", "mine"]


def test_a_second_start_changes_nothing(desk: Path, source: Path) -> None:
    before = {path: path.read_bytes() for path in desk.iterdir()}
    assert copy_chapters(source, desk).notes == ()
    assert {path: path.read_bytes() for path in desk.iterdir()} == before


def test_a_file_left_as_it_was_becomes_the_new_edition(desk: Path, source: Path) -> None:
    (source / SECOND).write_text("why, second edition")
    assert copy_chapters(source, desk).notes == (f"{SECOND} was as we left it and is now the new edition.",)
    assert _files(desk) == {FIRST: "start, first edition", SECOND: "why, second edition"}


def test_a_changed_file_is_silently_kept_while_there_is_no_newer_edition(desk: Path, source: Path) -> None:
    (desk / SECOND).write_text("my notes")
    assert copy_chapters(source, desk).notes == ()
    assert _files(desk) == {FIRST: "start, first edition", SECOND: "my notes"}


def test_a_changed_file_is_kept_and_the_new_edition_put_beside_it(desk: Path, source: Path) -> None:
    (desk / SECOND).write_text("my notes")
    (source / SECOND).write_text("why, second edition")
    notes = copy_chapters(source, desk).notes
    assert notes == (f"You changed {SECOND}, so it stays as it is; the new edition is beside it: {BESIDE}",)
    assert _files(desk) == {FIRST: "start, first edition", SECOND: "my notes", BESIDE: "why, second edition"}


def test_a_new_edition_is_put_there_once_even_if_the_learner_throws_it_away(desk: Path, source: Path) -> None:
    (desk / SECOND).write_text("my notes")
    (source / SECOND).write_text("why, second edition")
    copy_chapters(source, desk)
    assert copy_chapters(source, desk).notes == ()
    (desk / BESIDE).unlink()
    assert copy_chapters(source, desk).notes == ()
    assert set(_files(desk)) == {FIRST, SECOND}


def test_an_untouched_new_edition_makes_room_for_the_next(desk: Path, source: Path) -> None:
    (desk / SECOND).write_text("my notes")
    for edition in ("second", "third"):
        (source / SECOND).write_text(f"why, {edition} edition")
        assert len(copy_chapters(source, desk).notes) == 1
    assert _files(desk) == {FIRST: "start, first edition", SECOND: "my notes", BESIDE: "why, third edition"}


def test_a_changed_new_edition_is_kept_as_well(desk: Path, source: Path) -> None:
    (desk / SECOND).write_text("my notes")
    (source / SECOND).write_text("why, second edition")
    copy_chapters(source, desk)
    (desk / BESIDE).write_text("more notes")
    assert copy_chapters(source, desk).notes == ()
    (source / SECOND).write_text("why, third edition")
    copy_chapters(source, desk)
    assert _files(desk) == {
        FIRST: "start, first edition",
        SECOND: "my notes",
        BESIDE: "more notes",
        "01_why (new edition 2).ipynb": "why, third edition",
    }


def test_a_file_the_learner_deleted_comes_back(desk: Path, source: Path) -> None:
    (desk / SECOND).unlink()
    copy_chapters(source, desk)
    assert _files(desk)[SECOND] == "why, first edition"


@pytest.mark.parametrize("record", ["", "not json", "[]", '{"01_why.ipynb": 3}', "\x00", "[" * 100_000])
def test_with_a_damaged_record_every_file_counts_as_changed(desk: Path, source: Path, record: str) -> None:
    (desk / ".rnnviz-chapters.json").write_text(record)
    (source / SECOND).write_text("why, second edition")
    copy_chapters(source, desk)
    assert _files(desk) == {FIRST: "start, first edition", SECOND: "why, first edition", BESIDE: "why, second edition"}


def test_the_record_is_hidden_and_holds_checksums(desk: Path) -> None:
    record = json.loads((desk / ".rnnviz-chapters.json").read_text())
    assert set(record) == {FIRST, SECOND}
    assert all(len(digest) == 64 for digest in record.values())


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path, source: Path) -> None:
    (tmp_path / "desk").write_text("")
    with pytest.raises(NotADirectoryError, match=r"desk is a file; name a folder for your chapters: rnnviz lab DIR$"):
        copy_chapters(source, tmp_path / "desk")


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path, source: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(
        OSError, match=r"cannot write your chapters into .*desk \(Not a directory\); name another folder"
    ):
        copy_chapters(source, tmp_path / "file" / "desk")


def test_a_folder_that_cannot_be_written_is_refused_even_when_nothing_is_new(
    desk: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, flags: int, mode: int) -> int:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(OSError, match=r"cannot write your chapters into .*desk \(Permission denied\)"):
        copy_chapters(source, desk)


@given(acts=st.lists(st.sampled_from(["new edition", "edit", "edit beside", "delete", "start"]), max_size=12))
def test_whatever_happens_no_word_of_the_learner_is_lost(
    acts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    source, desk = tmp_path_factory.mktemp("edition"), tmp_path_factory.mktemp("desk")
    mine: dict[Path, str] = {}
    for number, act in enumerate(["new edition", "start", *acts, "start"]):
        if act == "new edition":
            (source / SECOND).write_text(f"edition {number}")
        elif act == "start":
            copy_chapters(source, desk)
        elif act == "delete":
            (desk / SECOND).unlink(missing_ok=True)
            mine.pop(desk / SECOND, None)
        else:
            path = desk / (SECOND if act == "edit" else BESIDE)
            mine[path] = f"my words {number}"
            path.write_text(mine[path])
    assert {path: path.read_text() for path in mine} == mine


@pytest.mark.parametrize("chapter", ["01", "1", "01_why", "01_why.ipynb"])
def test_a_changed_chapter_is_fresh_again_and_hers_is_kept_under_its_day(
    source: Path, desk: Path, chapter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rnnviz.cli.chapters.date", Mock(today=lambda: date.fromisoformat(TODAY)))
    (desk / SECOND).write_text("mine")
    fresh = reset_chapter(source, desk, chapter)
    kept = f"01_why (yours, {TODAY}).ipynb"
    assert (fresh.name, fresh.kept, fresh.new) == (SECOND, kept, True)
    assert _files(desk) == {FIRST: "start, first edition", SECOND: "why, first edition", kept: "mine"}


def test_begun_afresh_twice_a_day_both_are_kept(source: Path, desk: Path) -> None:
    for words in ("mine", "mine again"):
        (desk / SECOND).write_text(words)
        reset_chapter(source, desk, "01")
    assert sorted(_files(desk).values()) == ["mine", "mine again", "start, first edition", "why, first edition"]


def test_a_chapter_that_is_as_it_was_is_left_alone(source: Path, desk: Path) -> None:
    fresh = reset_chapter(source, desk, "01")
    assert (fresh.kept, fresh.new, _files(desk)) == (
        None,
        False,
        {FIRST: "start, first edition", SECOND: "why, first edition"},
    )


def test_a_chapter_that_was_thrown_away_or_is_an_older_edition_leaves_nothing_to_keep(source: Path, desk: Path) -> None:
    (desk / FIRST).unlink()
    (source / SECOND).write_text("why, second edition")
    assert reset_chapter(source, desk, "00").kept is None
    assert reset_chapter(source, desk, "01").kept is None
    assert _files(desk) == {FIRST: "start, first edition", SECOND: "why, second edition"}


def test_the_next_start_of_the_lab_finds_the_fresh_chapter_as_its_own(source: Path, desk: Path) -> None:
    (desk / SECOND).write_text("mine")
    reset_chapter(source, desk, "01")
    (source / SECOND).write_text("why, second edition")
    assert copy_chapters(source, desk).notes == (f"{SECOND} was as we left it and is now the new edition.",)


def test_where_the_fresh_copy_cannot_be_written_hers_is_as_it_was(
    source: Path, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk / SECOND).write_text("mine")
    write = files.write

    def full(path: Path, fill: Any) -> Path:
        if path.name == SECOND:
            raise OSError("the disk is full.")
        return write(path, fill)

    monkeypatch.setattr(files, "write", full)
    with pytest.raises(OSError, match="the disk is full"):
        reset_chapter(source, desk, "01")
    assert _files(desk)[SECOND] == "mine"


@pytest.mark.parametrize("record", ["", "[" * 100_000])
def test_with_a_damaged_record_a_fresh_chapter_keeps_hers(source: Path, desk: Path, record: str) -> None:
    (desk / ".rnnviz-chapters.json").write_text(record)
    (source / SECOND).write_text("why, second edition")
    kept = reset_chapter(source, desk, "01").kept
    assert kept is not None
    assert (desk / kept).read_text() == "why, first edition"


@pytest.mark.parametrize("name", [".rnnviz-chapters.json", SECOND])
def test_what_may_not_be_read_is_named_and_nothing_is_changed(
    source: Path, desk: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused, opened = desk / name, open

    def kept_from_us(path: Any, *rest: Any, **more: Any) -> Any:  # root may read everything
        if path == refused:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return opened(path, *rest, **more)

    (desk / SECOND).write_text("mine")
    monkeypatch.setattr("builtins.open", kept_from_us)
    monkeypatch.setattr("io.open", kept_from_us)
    with pytest.raises(PermissionError) as caught:
        reset_chapter(source, desk, "01")
    monkeypatch.undo()
    assert str(caught.value) == f"path {str(refused)!r} could not be read: permission denied."
    assert _files(desk) == {FIRST: "start, first edition", SECOND: "mine"}
