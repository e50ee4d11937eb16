"""Fetching a set: one file, whole, is kept, or nothing is and a sentence says what to do."""

import os
import socket
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

import rnnviz as rv
from rnnviz.data import fetching
from rnnviz.data.archives import ARCHIVES, Archive
from tests.data.injected import CONTENT, GOOD, INNER, NAME, OUTER, archive, index, link, packed
from tests.test_full_disk import room

Offered = Callable[[Archive, str], None]
REAL = archive(GOOD, OUTER, INNER)


def left(folder: Path) -> list[str]:
    """Return all that lies in a folder and the folders in it."""
    return sorted(str(one.relative_to(folder)) for one in folder.rglob("*"))


def test_a_set_is_fetched_once_and_its_one_file_is_all_that_is_kept(cache: Path, offered: Offered) -> None:
    heard: list[tuple[int, int]] = []
    with index(GOOD) as address:
        offered(REAL, address)
        assert rv.data.path("addresses") is None
        found = rv.data.get("addresses", progress=lambda done, total: heard.append((done, total)))
    assert (found, found.read_bytes()) == (cache / "small-1.0.txt", CONTENT)
    assert left(cache) == ["small-1.0.txt"]
    assert heard[-1] == (len(GOOD), len(GOOD))


def test_what_was_fetched_is_read_with_every_socket_blocked(
    cache: Path, offered: Offered, monkeypatch: pytest.MonkeyPatch
) -> None:
    with index(GOOD) as address:
        offered(REAL, address)
        found = rv.data.get("addresses")

    def blocked(*_given: object, **_named: object) -> None:
        raise AssertionError("a socket was asked for")

    monkeypatch.setattr(socket, "socket", blocked)
    monkeypatch.setattr("subprocess.run", blocked)  # nor is pip asked
    assert rv.data.get("addresses") == rv.data.path("addresses") == found


def test_looking_for_a_set_never_fetches_it(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def blocked(*_given: object, **_named: object) -> None:
        raise AssertionError("a socket was asked for")

    monkeypatch.setattr(socket, "socket", blocked)
    assert [rv.data.path(name) for name in ARCHIVES] == [None] * len(ARCHIVES)


@pytest.mark.parametrize("changed", [b"", CONTENT[:-1], CONTENT.upper()], ids=["empty", "cut", "same size"])
def test_a_kept_file_that_was_changed_counts_as_none_and_is_fetched_anew(
    changed: bytes, cache: Path, offered: Offered
) -> None:
    with index(GOOD) as address:
        offered(REAL, address)
        rv.data.get("addresses").write_bytes(changed)
        assert rv.data.path("addresses") is None
        assert rv.data.get("addresses").read_bytes() == CONTENT


WRONG = {
    "tampered": (
        bytes([*GOOD[:-1], GOOD[-1] ^ 1]),
        REAL,
        r"is not what it should be \(SHA-256 \w{12}… in place of \w{12}…\)",
    ),
    "another archive": (packed((OUTER, b"no archive")), REAL, "is not what it should be"),
    "shorter": (GOOD[:-20], REAL, "is not what it should be"),
    "endless": (GOOD * 500, REAL, f"larger than the {len(GOOD)} bytes that it should be"),
    "without the member": (
        packed(("else.txt", CONTENT)),
        archive(packed(("else.txt", CONTENT)), "words.txt"),
        "holds no file words.txt",
    ),
    "a folder": (
        packed((link("words.txt", "", tarfile.DIRTYPE), b"")),
        archive(packed((link("words.txt", "", tarfile.DIRTYPE), b"")), "words.txt"),
        "holds no file words.txt",
    ),
    "a link to a file of the machine": (
        packed((link("words.txt", "/etc/passwd"), b"")),
        archive(packed((link("words.txt", "/etc/passwd"), b"")), "words.txt"),
        "holds no file words.txt",
    ),
    "a link to another member": (
        packed(("else.txt", CONTENT), (link("words.txt", "else.txt", tarfile.LNKTYPE), b"")),
        archive(packed(("else.txt", CONTENT), (link("words.txt", "else.txt", tarfile.LNKTYPE), b"")), "words.txt"),
        "holds no file words.txt",
    ),
    "no archive": (b"words", archive(b"words", "words.txt"), "cannot be read as an archive"),
    "growing without end": (
        packed(("words.txt", bytes(2**27))),
        archive(packed(("words.txt", bytes(2**27))), "words.txt"),
        "cannot be read as an archive",
    ),
    "another member": (
        packed(("words.txt", b"other words")),
        archive(packed(("words.txt", b"other words")), "words.txt"),
        "is not what it should be",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_not_the_known_archive_leaves_nothing_behind(
    kind: str, cache: Path, offered: Offered, tmp_path: Path
) -> None:
    sent, entry, sentence = WRONG[kind]
    with index(sent) as address:
        offered(entry, address)
        with pytest.raises(ValueError, match=sentence):
            rv.data.get("addresses")
    assert left(tmp_path) == []


def test_a_member_that_climbs_out_of_the_archive_is_kept_in_the_cache_all_the_same(
    cache: Path, offered: Offered, tmp_path: Path
) -> None:
    climbing = packed(("../../words.txt", CONTENT))
    with index(climbing) as address:
        offered(archive(climbing, "../../words.txt"), address)
        rv.data.get("addresses")
    assert left(tmp_path) == ["home", "home/rnnviz", "home/rnnviz/small-1.0.txt"]


def test_an_index_that_has_other_archives_alone_says_so(cache: Path, offered: Offered, tmp_path: Path) -> None:
    with index(GOOD, called="small-2.0.tar.gz") as address:
        offered(REAL, address)
        with pytest.raises(ConnectionError, match=f"the package index does not have {NAME}"):
            rv.data.get("addresses")
    assert left(tmp_path) == []


@pytest.mark.parametrize("how", ["no such project", "an error", "a line that breaks off", "nobody there"])
def test_an_index_that_does_not_answer_leaves_nothing_behind(
    how: str, cache: Path, offered: Offered, tmp_path: Path
) -> None:
    given = {"no such project": {"status": 404}, "an error": {"status": 503}}.get(how, {"promised": 2 * len(GOOD)})
    with index(GOOD, **given) as address:
        offered(REAL, address if how != "nobody there" else "http://127.0.0.1:1/simple")
        with pytest.raises(ConnectionError, match=r"could not be fetched .*Connect to the network and try again"):
            rv.data.get("addresses")
    assert left(tmp_path) == []


def test_an_interrupt_leaves_nothing_behind(cache: Path, offered: Offered, tmp_path: Path) -> None:
    def interrupted(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with index(GOOD) as address:
        offered(REAL, address)
        with pytest.raises(KeyboardInterrupt):
            rv.data.get("addresses", progress=interrupted)
    assert left(tmp_path) == []


def test_an_error_of_the_progress_function_is_nobody_elses(cache: Path, offered: Offered) -> None:
    with index(GOOD) as address:
        offered(REAL, address)
        with pytest.raises(ZeroDivisionError):
            rv.data.get("addresses", progress=lambda done, total: done // 0)


def test_a_full_disk_leaves_nothing_behind(cache: Path, offered: Offered, tmp_path: Path) -> None:
    with index(GOOD) as address:
        offered(REAL, address)
        with room(len(CONTENT) // 2), pytest.raises(OSError, match=r"could not be written into .*file too large"):
            rv.data.get("addresses")
    assert left(tmp_path) == []


def test_a_cache_that_is_a_file_is_left_as_it_was(cache: Path, offered: Offered, tmp_path: Path) -> None:
    cache.parent.write_text("somebody's")
    with index(GOOD) as address:
        offered(REAL, address)
        with pytest.raises(OSError, match=r"could not be written into .*nothing was kept"):
            rv.data.get("addresses")
    assert left(tmp_path) == ["home"]


@pytest.mark.parametrize("name", ["adresses", "", None, 3, "../addresses"])
@pytest.mark.parametrize("door", [rv.data.get, rv.data.path])
def test_a_set_that_there_is_not_is_answered_with_those_that_there_are(
    name: object, door: Callable[[object], object]
) -> None:
    with pytest.raises(ValueError, match=r"name must be a data set that can be fetched \('reviews', 'addresses'\)"):
        door(name)


def test_progress_that_cannot_be_called_is_refused_before_anything_is_fetched(cache: Path) -> None:
    with pytest.raises(TypeError, match="progress must be a function of two numbers of bytes, got 'bar'"):
        rv.data.get("addresses", progress="bar")  # type: ignore[arg-type]


@pytest.mark.parametrize("package", ["pypi_simple", "platformdirs"])
def test_without_the_package_that_fetches_a_sentence_says_what_to_install(
    package: str, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, package, None)
    assert rv.data.path("addresses") is None
    with pytest.raises(ModuleNotFoundError, match=r"run: pip install 'rnnviz\[chapters\]'"):
        rv.data.get("addresses")


def test_the_index_is_the_one_that_pip_was_told_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from rnnviz.data.index import configured

    settings = tmp_path / "pip.conf"
    settings.write_text("[global]\nindex-url = https://index.example/simple\ncert = /some/bundle.pem\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    for name in ("PIP_INDEX_URL", "PIP_CERT"):
        monkeypatch.delenv(name, raising=False)
    assert configured() == {"index-url": "https://index.example/simple", "cert": "/some/bundle.pem"}
    monkeypatch.setenv("PIP_INDEX_URL", "https://another.example/simple")
    assert configured() == {"index-url": "https://another.example/simple", "cert": "/some/bundle.pem"}


def test_where_pip_was_told_nothing_nothing_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    from rnnviz.data.index import configured

    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    for name in ("PIP_INDEX_URL", "PIP_CERT"):
        monkeypatch.delenv(name, raising=False)
    assert configured() == {}


@pytest.mark.parametrize("name", ARCHIVES)
def test_each_set_comes_from_the_index_as_the_table_has_it(name: str) -> None:
    entry = ARCHIVES[name]
    found = rv.data.get(name)
    assert (found.name, found.stat().st_size) == (entry.kept_as, entry.kept_size)
    assert rv.data.path(name) == found
    assert entry.package in entry.file
    assert entry.version in entry.file
    assert fetching.known(name) is entry
