"""The draft beside a kernel's connection file: what was answered is there again, and a damaged one is nothing."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from rnnviz.exercises.kept.draft import read_draft, write_draft
from rnnviz.exercises.kept.records import Prediction


@pytest.fixture
def draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where the draft of a kernel lies that runs in this process."""
    connection = tmp_path / "kernel-7.json"
    connection.write_text("{}")
    connect = SimpleNamespace(get_connection_file=lambda: str(connection))
    monkeypatch.setitem(sys.modules, "ipykernel.connect", connect)
    return tmp_path / "rnnviz-answers-7.json"


def test_what_was_written_is_read_again(draft: Path) -> None:
    answered = [Prediction("01.shuffled", "Which?", "a", at=3.0)]
    write_draft(answered)
    assert draft.exists()
    assert read_draft() == answered


@pytest.mark.parametrize("damaged", ["", "[", "[" * 100_000, "{}", "[3]", "\x00"])
def test_a_damaged_draft_is_nothing(draft: Path, damaged: str) -> None:
    draft.write_text(damaged)
    assert read_draft() == []


def test_a_draft_that_cannot_be_read_is_nothing(draft: Path) -> None:
    draft.mkdir()
    assert read_draft() == []
