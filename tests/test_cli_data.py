"""``rnnviz data``: the list, and a fetch that ends in a file or in one sentence."""

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from rnnviz.cli import main
from rnnviz.cli.data import Bar
from rnnviz.data import ARCHIVES
from rnnviz.data.archives import Archive
from tests.data.conftest import cache, offered
from tests.data.injected import CONTENT, GOOD, INNER, OUTER, archive, index
from tests.processes import printed_by

__all__ = ["cache", "offered"]  # the fixtures of this file too

Offered = Callable[[Archive, str], None]
REAL = archive(GOOD, OUTER, INNER)


class Terminal(io.StringIO):
    """A stream on which a line can be drawn anew."""

    def isatty(self) -> bool:
        return True


def test_the_list_says_of_each_set_what_it_is_how_large_its_licence_and_whether_it_is_here(
    cache: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["data", "list"]) == 0
    said = capsys.readouterr().out
    for name, entry in ARCHIVES.items():
        (line,) = [line for line in said.splitlines() if line.startswith(name)]
        assert line.split()[1:] == [f"{entry.size / 1e6:.1f}", "MB", "not", "fetched"]
        assert entry.what in said
        assert "MIT licence, ©" in entry.licence
        assert entry.licence in said


def test_the_list_names_the_file_of_a_set_that_is_here(
    cache: Path, offered: Offered, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with index(GOOD) as address:
        offered(REAL, address)
        assert main(["data", "get", "addresses"]) == 0
    monkeypatch.setattr("rnnviz.cli.data.ARCHIVES", {"addresses": REAL})
    assert main(["data", "list"]) == 0
    assert f"fetched: {cache / 'small-1.0.txt'}" in capsys.readouterr().out


def test_fetching_prints_the_licence_the_bar_and_the_file(
    cache: Path, offered: Offered, capsys: pytest.CaptureFixture[str]
) -> None:
    with index(GOOD) as address:
        offered(REAL, address)
        assert main(["data", "get", "addresses"]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        f"addresses: {REAL.licence}",
        f"addresses is here: {cache / 'small-1.0.txt'}",
    ]
    assert said.err.splitlines()[-1].startswith("█" * 30 + " 100 %")
    assert (cache / "small-1.0.txt").read_bytes() == CONTENT


@pytest.mark.parametrize("sent", [GOOD[:-20], GOOD * 500, b""], ids=["cut", "endless", "nothing"])
def test_a_fetch_that_fails_ends_with_one_sentence_and_code_1(
    sent: bytes, cache: Path, offered: Offered, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with index(sent) as address:
        offered(REAL, address)
        assert main(["data", "get", "addresses"]) == 1
    (sentence,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("rnnviz data: ")]
    assert "nothing was kept" in sentence
    assert sentence.endswith("rnnviz data get addresses")
    assert os.listdir(tmp_path) == []


def test_a_fetch_that_is_interrupted_says_so_and_ends_with_code_1(
    cache: Path,
    offered: Offered,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def interrupted(_bar: Bar, _done: int, _total: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Bar, "__call__", interrupted)
    with index(GOOD) as address:
        offered(REAL, address)
        assert main(["data", "get", "addresses"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "rnnviz data: stopped; of the data set addresses nothing was kept. Whenever you like: rnnviz data get addresses"
    ]
    assert os.listdir(tmp_path) == []


def test_a_set_that_there_is_not_is_refused_before_any_is_fetched(
    cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["data", "get", "addresses", "adresses"]) == 2
    assert "('reviews', 'addresses'), got 'adresses'" in capsys.readouterr().err
    assert os.listdir(tmp_path) == []


def test_the_bar_fills_on_one_line_of_a_terminal() -> None:
    terminal = Terminal()
    bar = Bar(terminal)
    for done in range(0, 1001):
        bar(done, 1000)
    bar.end()
    drawn = terminal.getvalue().split("\r")[1:]
    assert [line.split("%")[0].split()[-1] for line in drawn] == [str(share) for share in range(101)]
    assert [line.count("█") for line in drawn] == [30 * share // 100 for share in range(101)]
    assert terminal.getvalue().count("\n") == 1


def test_in_a_file_the_bar_is_a_line_a_quarter() -> None:
    written = io.StringIO()
    bar = Bar(written)
    for done in range(0, 1001):
        bar(done, 1000)
    bar.end()
    assert [line.split("%")[0].split()[-1] for line in written.getvalue().splitlines()] == [
        "0",
        "25",
        "50",
        "75",
        "100",
    ]


def test_the_command_loads_no_torch_to_list_and_to_fetch() -> None:
    code = "import sys; from rnnviz.cli import main; main(['data', 'list']); print('torch' in sys.modules)"
    assert printed_by(code).splitlines()[-1] == "False"
