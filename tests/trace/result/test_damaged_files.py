"""`Trace.load` and files from anywhere: the trace that was saved, or one sentence, in bounded memory."""

import json
import os
import random
import re
import struct
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from rnnviz.trace import Trace, trace

SENTENCE = r"^path must be a file written by Trace\.save, got '.*seen\.npz', which is not one\.$"
Tree = dict[str, Any]
Arrays = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    torch.manual_seed(0)
    model = nn.LSTM(3, 4, num_layers=2, batch_first=True, bidirectional=True)
    path = tmp_path_factory.mktemp("saved") / "seen.npz"
    trace(model, torch.randn(2, 5, 3), loss=lambda output: output[0].square().sum()).save(path)
    return path.read_bytes()


@pytest.fixture
def path(tmp_path: Path, saved: bytes) -> Path:
    (tmp_path / "seen.npz").write_bytes(saved)
    return tmp_path / "seen.npz"


def assert_refused(path: Path) -> None:
    with pytest.raises(ValueError, match=SENTENCE):
        Trace.load(path)


def rewrite(path: Path, change: Callable[[Tree, Arrays], object], write: Any = np.savez) -> None:
    """Save the trace again with a change in what it says, or in its arrays."""
    with np.load(path) as members:
        arrays = dict(members)
    tree = json.loads(str(arrays.pop("described")))
    replaced = change(tree, arrays)
    told = replaced if isinstance(replaced, str) else json.dumps(tree)
    with open(path, "wb") as file:
        write(file, described=np.array(told), **arrays)


def layer(tree: Tree) -> dict[str, Any]:
    """Return the entries of the one layer, to change: name to what describes the value."""
    entries = dict(tree["tree"]["mapping"])["layers"]["mapping"][0][1]["mapping"]
    return _Entries(entries)


class _Entries(dict[str, Any]):
    def __init__(self, entries: list[list[Any]]) -> None:
        super().__init__(entries)
        self.entries = entries

    def __setitem__(self, name: str, value: Any) -> None:
        self.entries[:] = [one for one in self.entries if one[0] != name] + [[name, value]]

    def __delitem__(self, name: str) -> None:
        self.entries[:] = [one for one in self.entries if one[0] != name]


def test_a_file_that_is_written_again_without_a_change_is_read(path: Path) -> None:
    before = Trace.load(path)
    rewrite(path, lambda tree, arrays: None)
    assert repr(Trace.load(path)) == repr(before)


NAMES = (
    *("kind", "hidden", "cell", "gates", "grad_hidden", "grad_hidden_direct", "grad_cell", "lengths"),
    *("initial_hidden", "initial_cell", "weight_grad_norms", "weights", "nonlinearity"),
)
WRONG = {
    "a number": 3,
    "words": "lstm!",
    "a list": [1, 2],
    "true": True,
    "an empty mapping in a list": [{}],
    "a mapping of numbers": {"mapping": [["i", 3]]},
    "an array that is not there": {"array": "array999"},
    "an array of another rank": {"array": "odd"},
    "the text itself": {"array": "described"},
    "a mapping without entries": {"mapping": [["i"]]},
    "a mapping of nothing": {"mapping": 3},
    "neither": {"other": 1},
    "a name that is none": {"array": ["array0"]},
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("name", NAMES)
def test_a_value_of_another_kind_or_rank_is_refused(path: Path, name: str, wrong: str) -> None:
    def change(tree: Tree, arrays: Arrays) -> None:
        arrays["odd"] = np.zeros((2, 7))
        layer(tree)[name] = WRONG[wrong]

    rewrite(path, change)
    if (name, wrong) == ("kind", "words"):
        assert Trace.load(path).layers["lstm"].kind == "lstm!"  # somebody's own cell may be called anything
    else:
        assert_refused(path)


@pytest.mark.parametrize("name", ["kind", "hidden", "cell", "gates", "lengths", "initial_hidden", "grad_hidden"])
def test_a_layer_that_lacks_something_is_refused(path: Path, name: str) -> None:
    rewrite(path, lambda tree, arrays: layer(tree).__delitem__(name))
    assert_refused(path)


def test_a_layer_that_has_more_than_a_layer_has_is_refused(path: Path) -> None:
    rewrite(path, lambda tree, arrays: layer(tree).__setitem__("more", 3))
    assert_refused(path)


TREES: dict[str, Callable[[Tree, Arrays], object]] = {
    "no format": lambda tree, arrays: tree.pop("format"),
    "another format": lambda tree, arrays: tree.update(format="rnnviz-trace-9"),
    "a format that is a list": lambda tree, arrays: tree.update(format=[]),
    "no tree": lambda tree, arrays: tree.pop("tree"),
    "a tree that is a number": lambda tree, arrays: tree.update(tree=3),
    "a tree that is a list": lambda tree, arrays: tree.update(tree=[1]),
    "a tree that is an array": lambda tree, arrays: tree.update(tree={"array": "array0"}),
    "an empty tree": lambda tree, arrays: tree.update(tree={"mapping": []}),
    "layers that are a number": lambda tree, arrays: tree.update(tree={"mapping": [["layers", 3]]}),
    "layers that are numbers": lambda tree, arrays: tree.update(
        tree={"mapping": [["layers", {"mapping": [["a", 3]]}]]}
    ),
    "a loss that is words": lambda tree, arrays: tree["tree"]["mapping"].append(["loss", "0.5"]),
    "an output that is a number": lambda tree, arrays: tree["tree"]["mapping"].append(["output", 3]),
    "another name": lambda tree, arrays: tree["tree"]["mapping"].append(["more", None]),
    "a text that is no JSON": lambda tree, arrays: "{",
    "a text that is a list": lambda tree, arrays: "[1]",
    "a number of 10,000 digits": lambda tree, arrays: "1" * 10_000,
    "lists in lists": lambda tree, arrays: "[" * 100_000,
    "mappings in mappings": lambda tree, arrays: tree.update(tree=nested(50)),
    "very many mappings in mappings": lambda tree, arrays: '{"format":"rnnviz-trace-1","tree":' + '{"a":' * 50_000,
    "no text": lambda tree, arrays: arrays.clear(),
    "words for numbers": lambda tree, arrays: arrays.update(array0=np.array(["a", "b"])),
    "dates for numbers": lambda tree, arrays: arrays.update(array0=np.array(["2020-01-01"], "M8[D]")),
    "records for numbers": lambda tree, arrays: arrays.update(array0=np.zeros(3, [("a", "f4")])),
    "lengths beyond the end": lambda tree, arrays: arrays.update({layer(tree)["lengths"]["array"]: np.array([99, 99])}),
    "negative lengths": lambda tree, arrays: arrays.update({layer(tree)["lengths"]["array"]: np.array([-1, 2])}),
    "lengths with a fraction": lambda tree, arrays: arrays.update(
        {layer(tree)["lengths"]["array"]: np.array([1.5, 2])}
    ),
}


def nested(depth: int) -> Any:
    return {"mapping": [["a", nested(depth - 1)]]} if depth else 3


@pytest.mark.parametrize("name", TREES)
def test_what_describes_no_trace_is_refused(path: Path, name: str) -> None:
    rewrite(path, TREES[name])
    assert_refused(path)


def test_objects_are_not_unpickled(path: Path) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(path) + ".made",)

    with np.load(path) as members:
        arrays = dict(members)
    np.savez(path, allow_pickle=True, **(arrays | {"array0": np.array([Evil()], object)}))
    assert_refused(path)
    assert not Path(str(path) + ".made").exists()


@pytest.fixture
def little_memory() -> Iterator[None]:
    """Hold what a test does to the memory of ten megabytes."""
    tracemalloc.start()
    yield
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


@pytest.mark.usefixtures("little_memory")
def test_a_file_that_unpacks_to_a_gigabyte_is_refused_before_it_does(path: Path) -> None:
    zeros = b"\0" * 1_000_000
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("array999.npy", "w") as member:
        for _ in range(200):
            member.write(zeros)
    assert path.stat().st_size < 1_000_000
    assert_refused(path)


@pytest.mark.usefixtures("little_memory")
def test_a_compressed_trace_is_refused(path: Path) -> None:
    rewrite(path, lambda tree, arrays: None, np.savez_compressed)
    assert_refused(path)


HEADERS = {
    "a thousand billion numbers": "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }",
    "axes whose product overflows": "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }",
    "a negative axis": "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }",
    "an axis of true": "{'descr': '<f8', 'fortran_order': False, 'shape': (True,), }",
    "a million characters": "{'descr': '<f8', 'fortran_order': False, 'shape': (" + "1," * 30_000 + "), }",
    "brackets in brackets": "(" * 400,
    "objects": "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
    "numbers of no kind": "{'descr': '<f3', 'fortran_order': False, 'shape': (1,), }",
    "words of a billion letters": "{'descr': '<U999999999', 'fortran_order': False, 'shape': (), }",
    "code": "__import__('os').abort()",
}


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize("member", ["array0.npy", "described.npy"])
@pytest.mark.parametrize("name", HEADERS)
def test_a_header_is_believed_only_as_far_as_the_file_goes(path: Path, name: str, member: str) -> None:
    header = (HEADERS[name] + "\n").encode()
    with zipfile.ZipFile(path) as archive:
        members = {one: archive.read(one) for one in archive.namelist()}
    members[member] = b"\x93NUMPY\x01\x00" + struct.pack("<H", min(len(header), 65_535)) + header + b"\0" * 64
    with zipfile.ZipFile(path, "w") as archive:
        for one, content in members.items():
            archive.writestr(one, content)
    assert_refused(path)


def patched(path: Path, member: str, place: int, value: bytes) -> None:
    """Overwrite a field of a member's entry in the list of members."""
    content = bytearray(path.read_bytes())
    start = content.rindex(b"PK\x01\x02", 0, content.rindex(member.encode()))
    content[start + place : start + place + len(value)] = value
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (8, b"\x01\x00"),  # encrypted
        (8, b"\x20\x00"),  # patched data
        (10, b"\x08\x00"),  # deflated
        (10, b"\x63\x00"),  # a method that nobody knows
        (6, b"\xff\x00"),  # a version that nobody knows
        (16, b"\x00\x00\x00\x00"),  # another checksum
        (20, b"\xff\xff\xff\x7f"),  # packed size
        (24, b"\xff\xff\xff\x7f"),  # size
        (42, b"\xff\xff\xff\x7f"),  # place in the file
        (28, b"\xff\x7f"),  # length of the name
        (30, b"\xff\x7f"),  # length of what follows it
    ],
)
@pytest.mark.parametrize("member", ["array0.npy", "described.npy"])
def test_an_entry_that_lies_is_refused(path: Path, member: str, place: int, value: bytes) -> None:
    patched(path, member, place, value)
    assert_refused(path)


@pytest.mark.usefixtures("little_memory")
def test_an_array_that_is_named_a_million_times_is_read_once(path: Path) -> None:
    def change(tree: Tree, arrays: Arrays) -> None:
        arrays["array0"] = np.zeros(100_000)
        layer(tree)["gates"] = {"mapping": [[f"g{number}", {"array": "array0"}] for number in range(1000)]}

    rewrite(path, change)
    assert_refused(path)


def test_whatever_bytes_are_damaged_the_trace_is_read_as_it_was_or_refused(path: Path, saved: bytes) -> None:
    truth, chance = Trace.load(path), random.Random(0)
    for _ in range(400):
        content = bytearray(saved)
        for _ in range(chance.choice((1, 1, 3, 20))):
            place = chance.randrange(len(content)) if chance.random() < 0.5 else -chance.randrange(1, 3000)
            content[place] = chance.choice((0, 255, chance.randrange(256)))
        path.write_bytes(content[: chance.randrange(len(content))] if chance.random() < 0.2 else content)
        found = loaded(path)
        if found is not None:
            np.testing.assert_array_equal(found.layers["lstm"].hidden, truth.layers["lstm"].hidden)


def loaded(path: Path) -> Trace | None:
    try:
        return Trace.load(path)
    except ValueError as error:
        if re.match(SENTENCE, str(error)) is None:
            raise
        return None


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("missing.npz", FileNotFoundError, "could not be read: no such file"),
        ("", IsADirectoryError, "path must name a file, got the folder"),
        ("pipe", OSError, "path must name a file, got .*, which is none"),
        ("x" * 300, OSError, "could not be read: file name too long"),
        ("seen.npz/more", NotADirectoryError, "could not be read: not a directory"),
    ],
)
def test_a_place_without_a_file_is_named(path: Path, name: str, kind: type[OSError], words: str) -> None:
    os.mkfifo(path.parent / "pipe")
    with pytest.raises(kind, match=words) as caught:
        Trace.load(path.parent / name)
    assert "path" in str(caught.value)


@pytest.mark.parametrize("path", ["a\0b", "\ud800", "", None, 3, {"seen.npz"}, b"seen.npz"])
@pytest.mark.parametrize("verb", [Trace.load, lambda path: Trace(layers={}).save(path)])
def test_a_path_that_is_none_is_told(verb: Callable[[Any], object], path: object) -> None:
    with pytest.raises((TypeError, ValueError), match=r"^path must be a file name such as 'run.npz', got "):
        verb(path)
