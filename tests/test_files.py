"""Files: whole or not at all. What was there stays byte for byte, and nothing else is left in the folder."""

import errno
import io
import itertools
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rnnviz import files

OLD = b"the good old file"
EACH = (0, 1, 2, 5, 9)  # at which write the disk is full


class Full:
    """Hand a file on whose writes fail from the n-th on, as those of a full disk do."""

    def __init__(self, at: int, error: BaseException) -> None:
        self.at, self.error, self.seen = at, error, 0

    def fill(self, file: Any) -> None:
        for number in range(10):
            if number == self.at:
                raise self.error
            file.write(bytes([number]) * 10_000)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "run.html"
    path.write_bytes(OLD)
    return path


def told(path: Path, fill: Callable[[Any], object]) -> OSError:
    with pytest.raises(OSError, match="path") as caught:
        files.write(path, fill)
    return caught.value


@pytest.mark.parametrize("at", EACH)
def test_a_full_disk_leaves_the_old_file_and_nothing_else(old: Path, at: int) -> None:
    error = told(old, Full(at, OSError(errno.ENOSPC, "No space left on device")).fill)
    assert str(error) == (
        f"path {str(old)!r} could not be written: no space left on device; what was there is as it was."
    )
    assert error.errno == errno.ENOSPC
    assert (old.read_bytes(), os.listdir(old.parent)) == (OLD, [old.name])


def test_the_disk_is_told_of_the_folder_once_the_file_has_its_name(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told_of, fsync = [], os.fsync

    def noted(descriptor: int) -> None:
        told_of.append((os.fstat(descriptor).st_ino, old.read_bytes()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    files.write(old, lambda file: file.write(b"new"))
    assert told_of[-1] == (os.stat(old.parent).st_ino, b"new")
    assert told_of[0][1] == OLD


def test_a_system_that_opens_no_folders_has_its_file_all_the_same(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, before = os.open, len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else None

    def files_only(path: Any, *rest: Any, **more: Any) -> int:
        if path == old.parent and rest == (os.O_RDONLY,):
            raise PermissionError(errno.EACCES, "Permission denied")
        return opened(path, *rest, **more)

    monkeypatch.setattr(os, "open", files_only)
    files.write(old, lambda file: file.write(b"new"))
    assert (old.read_bytes(), os.listdir(old.parent)) == (b"new", [old.name])
    assert before is None or len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize("call", ["fsync", "replace", "chmod"])
def test_a_disk_that_is_found_full_at_the_end_leaves_the_old_file(
    old: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EDQUOT, "Disk quota exceeded")

    monkeypatch.setattr(os, call, refuse)
    assert "could not be written: disk quota exceeded" in str(told(old, lambda file: file.write(b"new")))
    assert (old.read_bytes(), os.listdir(old.parent)) == (OLD, [old.name])


@pytest.mark.parametrize("nameless", [True, False])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("not ours"), SystemExit()])
def test_whatever_ends_a_write_leaves_the_old_file(
    old: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, nameless: bool
) -> None:
    if not nameless:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    with pytest.raises(type(error)):
        files.write(old, Full(3, error).fill)
    assert (old.read_bytes(), os.listdir(old.parent)) == (OLD, [old.name])


def test_a_process_that_is_killed_leaves_the_old_file(old: Path) -> None:
    killed = "import os, signal; from pathlib import Path; from rnnviz import files\n"
    killed += "def fill(file):\n    file.write(b'half'); file.flush(); os.kill(os.getpid(), signal.SIGKILL)\n"
    killed += f"files.write(Path({str(old)!r}), fill)"
    done = subprocess.run([sys.executable, "-c", killed], capture_output=True)
    assert done.returncode == -9
    assert old.read_bytes() == OLD
    if hasattr(os, "O_TMPFILE"):
        assert os.listdir(old.parent) == [old.name]


@pytest.mark.parametrize("way", ["nameless", "linked by hand", "named"])
def test_a_new_file_replaces_the_old_one_whole(old: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    if way == "named":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    elif way == "linked by hand":
        monkeypatch.setattr(os, "link", forbidden)
    files.write(old, lambda file: [file.write(bytes([number]) * 100_000) for number in range(5)])
    assert old.read_bytes() == b"".join(bytes([number]) * 100_000 for number in range(5))
    assert os.listdir(old.parent) == [old.name]


def test_a_link_stays_a_link_and_what_it_leads_to_is_new(old: Path, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere" / "link.html"
    link.parent.mkdir()
    link.symlink_to(Path("..") / old.name)
    files.write(link, lambda file: file.write(b"new"))
    assert link.is_symlink()
    assert old.read_bytes() == b"new"
    assert os.listdir(link.parent) == [link.name]


def test_a_link_to_nothing_makes_the_file(tmp_path: Path) -> None:
    link = tmp_path / "link.html"
    link.symlink_to("new.html")
    files.write(link, lambda file: file.write(b"new"))
    assert link.is_symlink()
    assert (tmp_path / "new.html").read_bytes() == b"new"


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o777])
def test_a_file_keeps_its_mode(old: Path, mode: int) -> None:
    old.chmod(mode)
    files.write(old, lambda file: file.write(b"new"))
    assert stat.S_IMODE(old.stat().st_mode) == mode


@pytest.mark.parametrize("nameless", [True, False])
def test_a_new_file_has_the_mode_of_any_new_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nameless: bool
) -> None:
    if not nameless:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    (tmp_path / "plain").write_bytes(b"")
    files.write(tmp_path / "new", lambda file: file.write(b"new"))
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize(
    ("place", "kind", "words"),
    [
        ("", IsADirectoryError, "path must name a file, got the folder"),
        ("no/run.html", FileNotFoundError, "path must lie in a folder that exists"),
        ("run.html/more", NotADirectoryError, "could not be written: not a directory"),
        ("x" * 300, OSError, "could not be written: file name too long"),
        ("loop", OSError, "could not be written: too many levels of symbolic links"),
        ("pipe", OSError, "path must name a file, got"),
    ],
)
def test_a_place_where_no_file_can_be_is_named(old: Path, place: str, kind: type[OSError], words: str) -> None:
    (old.parent / "loop").symlink_to("loop")
    os.mkfifo(old.parent / "pipe")
    before = sorted(os.listdir(old.parent))
    error = told(old.parent / place, lambda file: file.write(b"new"))
    assert isinstance(error, kind)
    assert words in str(error)
    assert len(str(error)) < 600
    assert sorted(os.listdir(old.parent)) == before


def test_a_device_is_not_replaced() -> None:
    told(Path(os.devnull), lambda file: file.write(b"new"))
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_a_file_that_must_not_be_written_is_not_replaced(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write everything
    error = told(old, lambda file: file.write(b"new"))
    assert isinstance(error, PermissionError)
    assert "which is read-only" in str(error)
    assert old.read_bytes() == OLD


def test_a_folder_that_takes_no_files_is_told(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    error = told(old, lambda file: file.write(b"new"))
    assert isinstance(error, PermissionError)
    assert str(error).endswith("could not be written: permission denied; what was there is as it was.")
    assert old.read_bytes() == OLD


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return a folder of files and folders, the empty one among them."""
    folder = tmp_path / "made"
    for name in ("_static/site.css", "chapters/one.html", "index.html", "notes.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    (folder / "empty").mkdir()
    return folder


def held(folder: Path) -> dict[str, str | None]:
    return {str(one.relative_to(folder)): None if one.is_dir() else one.read_text() for one in folder.rglob("*")}


@pytest.mark.parametrize("there", ["nothing", "a folder", "a folder with something"])
def test_a_folder_is_filled_with_all_that_another_one_holds(tmp_path: Path, site: Path, there: str) -> None:
    out, hers = tmp_path / "deep" / "out", {}
    if there != "nothing":
        out.mkdir(parents=True)
    if there == "a folder with something":
        (out / "mine.txt").write_text("mine")
        hers = {"mine.txt": "mine"}
    files.write_folder(out, site)
    assert held(out) == held(site) | hers


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("at", range(4))
@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("kind", [OSError, KeyboardInterrupt])
def test_a_folder_that_does_not_fit_is_as_it_was(
    tmp_path: Path,
    site: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: type[BaseException],
    call: str,
    at: int,
    there: bool,
) -> None:
    out, done, real = tmp_path / "out", itertools.count(), getattr(os, call)
    if there:
        out.mkdir()
        (out / "mine.txt").write_text("mine")

    def full(*given: Any) -> Any:
        if next(done) == at:
            raise kind(errno.ENOSPC, "No space left on device")
        return real(*given)

    monkeypatch.setattr(os, call, full)
    with pytest.raises(kind) as caught:
        files.write_folder(out, site)
    monkeypatch.undo()
    if kind is OSError:
        assert str(caught.value).startswith(f"path {str(out)!r} could not be written: no space left on device")
    assert out.exists() == there
    assert held(out) == ({"mine.txt": "mine"} if there else {})


def test_what_a_folder_holds_already_is_not_replaced(tmp_path: Path, site: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    with pytest.raises(FileExistsError, match=r"path must name a folder without 'notes.txt', got '.*out'"):
        files.write_folder(out, site)
    assert held(out) == {"notes.txt": "mine"}


@pytest.mark.parametrize("path", [None, 3, b"bytes", {"a set"}, io.BytesIO(), object(), ["run.html"], 1.5])
def test_what_is_no_path_is_told_of_what_kind_it_is(path: object) -> None:
    with pytest.raises(TypeError, match=r"^path must be a file name such as 'run.npz', got .{1,110}\.$"):
        files.checked_path(path, "run.npz")


@pytest.mark.parametrize("path", ["", "a\0b", "\0", "lone \ud800 surrogate", Path("a\0b")])
def test_a_name_that_no_file_can_have_is_told(path: str) -> None:
    with pytest.raises(ValueError, match=r"^path must be a file name such as 'run.npz', got '.*', which names no"):
        files.checked_path(path, "run.npz")


def test_a_folder_that_is_asked_for_is_called_a_folder():
    with pytest.raises(TypeError, match=r"^store must be a folder name such as 'kept', got 3\.$"):
        files.checked_path(3, "kept", name="store", kind="folder")
    with pytest.raises(ValueError, match=r"^store must be a folder name such as 'kept', got '', which names no folder"):
        files.checked_path("", "kept", name="store", kind="folder")
