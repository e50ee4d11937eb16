"""Addresses: what the archive holds, and what happens where it is missing."""

import pytest

from rnnviz import data, tasks
from rnnviz.tasks.tags.neighbours import neighbours


def test_without_the_archive_the_sentence_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(data, "path", lambda name: None)
    with pytest.raises(FileNotFoundError, match="rnnviz data get addresses"):
        tasks.make("addresses")


@pytest.fixture
def small_file(tmp_path, monkeypatch):
    streets = ("Elm", "Oak", "Ash", "Fir", "Yew", "Box", "Bay", "May")
    rows = [
        f"<AddressString><AddressNumber>{number}</AddressNumber> <StreetName>{street}</StreetName> "
        f"<PlaceName>{street}ville,</PlaceName></AddressString>"
        for number in (1, 22)
        for street in streets
    ]
    rows.append("<AddressString><Recipient>Jo</Recipient> <StreetName>Elm</StreetName></AddressString>")
    file = tmp_path / "labeled.xml"
    file.write_text("<AddressCollection>" + "\n".join(rows) + "</AddressCollection>", encoding="utf-8")
    monkeypatch.setattr(data, "path", lambda name: file)
    return file


def test_rows_that_name_a_recipient_are_left_out(small_file):
    task = tasks.make("addresses")
    both = [*task.sentences(held_out=False), *task.sentences(held_out=True)]
    assert len(both) == 16
    assert task.classes == ("AddressNumber", "PlaceName", "StreetName")


def test_twins_lie_on_one_side(small_file):
    task = tasks.make("addresses")
    parts = [task.sentences(held_out=held) for held in (False, True)]
    streets = [{words[1] for words, _ in part} for part in parts]
    assert not streets[0] & streets[1]


def test_the_archives_addresses_are_those_that_the_chapter_tells_of():
    if data.path("addresses") is None:  # nobody has fetched them here: then there is no task
        with pytest.raises(FileNotFoundError):
            tasks.make("addresses")
        return
    task = tasks.make("addresses")
    parts = [[words for words, _ in task.sentences(held_out=held)] for held in (False, True)]
    assert sum(map(len, parts)) == 1431
    assert len(task.classes) == 28
    groups = neighbours(parts[0] + parts[1])
    assert not set(groups[: len(parts[0])]) & set(groups[len(parts[0]) :])
