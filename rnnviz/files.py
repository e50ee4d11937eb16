"""Files: written whole or not at all, and a sentence that names the path where that cannot be."""

import contextlib
import json
import os
import secrets
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from rnnviz.checks import shown

__all__ = ["checked_path", "named", "parsed", "read", "readable", "told", "write", "write_folder"]

_LONGEST = 400  # characters of a path in a message
_NEW = 0o666  # less the umask, as for any file that a program makes


def checked_path(path: Any, example: str, *, name: str = "path", kind: str = "file") -> Path:
    """Return a path that a file can have.

    Parameters
    ----------
    path : object
        What came.
    example : str
        A file name that would do, for the sentence.
    name, kind : str
        What the argument is called, and what it names: a file or a folder.

    Raises
    ------
    TypeError
        If it is no path.
    ValueError
        If no file can be called that.

    Examples
    --------
    >>> checked_path("run.npz", example="run.npz").name
    'run.npz'
    """
    try:
        found = os.fspath(path)
    except TypeError:
        found = None
    if not isinstance(found, str):
        raise TypeError(f"{name} must be a {kind} name such as {example!r}, got {shown(path)}.")
    try:
        fits = "\0" not in found and bool(os.fsencode(found))
    except UnicodeEncodeError:
        fits = False
    if not fits:
        raise ValueError(
            f"{name} must be a {kind} name such as {example!r}, got {shown(found)}, which names no {kind}."
        )
    return Path(found)


def readable(path: Path) -> BinaryIO:
    """Open a file to read it.

    Raises
    ------
    OSError
        If there is no such file, it is a folder or a device, or may not be read; of Python's own kind for that.
    """
    try:
        _regular(os.stat(path), path)
        return open(path, "rb")
    except OSError as error:
        raise told(error, path, "read") from None


def read(path: Path) -> bytes:
    """Return what a file holds.

    Raises
    ------
    OSError
        As `readable` does, and where the disk fails meanwhile.
    """
    with readable(path) as file:
        try:
            return file.read()
        except OSError as error:
            raise told(error, path, "read") from None


def parsed(content: bytes | str) -> Any:
    """Return what JSON says that anybody may have written, or damaged.

    Raises
    ------
    ValueError
        If it is no JSON, or nested more deeply than Python can follow.
    """
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("it is nested too deeply.") from None


def write(path: Path, fill: Callable[[BinaryIO], object]) -> Path:
    """Write a file whole or not at all: until everything is on the disk, what was there stays as it was.

    A link stays a link, and a file keeps its mode. On any failure the draft beside the file is removed.

    Parameters
    ----------
    path : Path
        Where to.
    fill : callable
        Writes what the file is to hold into an open binary file.

    Raises
    ------
    OSError
        If that cannot be; of Python's own kind for the reason, which the sentence names with the path.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(Path(folder, "words.txt"), lambda file: file.write(b"words")).read_bytes()
    b'words'
    """
    try:
        target = Path(os.path.realpath(path))
        before = _stance(target)
        # in the same folder: only within one file system is a move whole
        draft = target.with_name(f".rnnviz-{secrets.token_hex(8)}.part")
        try:
            descriptor, nameless = _opened(draft)
            with open(descriptor, "w+b") as file:
                fill(file)
                file.flush()
                os.fsync(descriptor)
                # named only when it is whole
                if nameless:
                    _name(file, draft)
            _liken(draft, before)
            # atomic, on Windows too: a reader finds the old file or the new one
            os.replace(draft, target)
            _settle(target.parent)
        except BaseException:
            with contextlib.suppress(OSError):
                draft.unlink()
            raise
    except OSError as error:
        raise told(error, path, "written") from error
    return path


def write_folder(path: Path, source: Path) -> Path:
    """Put all that one folder holds into another one, whole or not at all: it appears there once all is on the disk.

    Nothing outside that other folder is needed, so it may be a mounted one.

    Parameters
    ----------
    path : Path
        Where to; made where it is missing. Nothing that it holds is replaced.
    source : Path
        What is copied.

    Raises
    ------
    OSError
        If that cannot be, with a sentence; the folder is then as it was.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pages = Path(folder, "pages")
    ...     pages.mkdir()
    ...     _ = pages.joinpath("index.html").write_text("words")
    ...     write_folder(Path(folder, "out"), pages).joinpath("index.html").read_text()
    'words'
    """
    draft, new, placed = path / f".rnnviz-{secrets.token_hex(8)}.part", not os.path.lexists(path), list[str]()
    try:
        path.mkdir(parents=True, exist_ok=True)
        _copy(source, draft)
        for name in sorted(os.listdir(draft)):
            if os.path.lexists(path / name):
                raise FileExistsError(f"path must name a folder without {name!r}, got {named(path)}.")
            # within one folder: takes no room
            os.replace(draft / name, path / name)
            placed.append(name)
        draft.rmdir()
        _settle(path)
    except BaseException as error:
        for name in placed:
            with contextlib.suppress(OSError):
                os.replace(path / name, draft / name)
        shutil.rmtree(draft, ignore_errors=True)
        if new:
            with contextlib.suppress(OSError):
                path.rmdir()
        if isinstance(error, OSError):
            raise told(error, path, "written") from error
        raise
    return path


def _copy(source: Path, target: Path) -> None:
    """Copy a folder; when this returns it is on the disk."""
    target.mkdir()
    for one in sorted(source.rglob("*")):  # a folder comes before what it holds
        there = target / one.relative_to(source)
        if one.is_dir():
            there.mkdir()
            continue
        with open(one, "rb") as given, open(there, "xb") as copy:
            shutil.copyfileobj(given, copy)
            copy.flush()
            os.fsync(copy.fileno())


def _opened(draft: Path) -> tuple[int, bool]:
    """Open a draft, without a name where the system can do that: then a process that is killed leaves nothing."""
    if hasattr(os, "O_TMPFILE"):
        with contextlib.suppress(OSError):  # many file systems cannot
            return os.open(draft.parent, os.O_RDWR | os.O_TMPFILE, _NEW), True
    return os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), _NEW), False


def _name(file: BinaryIO, draft: Path) -> None:
    """Give a draft that has no name the one it is to be moved from."""
    descriptor = file.fileno()
    try:  # with a folder given, Python asks for the file that the link in /proc stands for, not for the link
        os.link(f"/proc/self/fd/{descriptor}", draft, src_dir_fd=descriptor, follow_symlinks=True)
    except OSError:  # no /proc, or links are forbidden there
        file.seek(0)
        with open(draft, "xb") as copy:
            shutil.copyfileobj(file, copy)
            copy.flush()
            os.fsync(copy.fileno())


def _stance(target: Path) -> os.stat_result | None:
    """Return the mode and owner of what is there, None where there is nothing; refuse what must not be replaced."""
    try:
        found = os.stat(target)
    except FileNotFoundError:
        if not os.path.isdir(target.parent):
            raise FileNotFoundError(
                f"path must lie in a folder that exists, got {named(target)}; make the folder first."
            ) from None
        return None
    _regular(found, target)
    if not os.access(target, os.W_OK):  # replacing it would not ask
        raise PermissionError(f"path must name a file that may be written, got {named(target)}, which is read-only.")
    return found


def _regular(found: os.stat_result, path: Path) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(f"path must name a file, got the folder {named(path)}.")
    if not stat.S_ISREG(found.st_mode):  # a pipe may never end, and a device must not be replaced
        raise OSError(f"path must name a file, got {named(path)}, which is none.")


def _settle(folder: Path) -> None:
    """Have the disk know the new name too: else a crash soon after may bring back what was there before."""
    with contextlib.suppress(OSError):  # the file is whole and in its place; some systems open no folders
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _liken(draft: Path, before: os.stat_result | None) -> None:
    """Give a draft the owner, where that is allowed, and the mode of the file that it replaces."""
    if before is None:
        return
    if hasattr(os, "chown"):
        with contextlib.suppress(OSError):
            os.chown(draft, before.st_uid, before.st_gid)
    os.chmod(draft, stat.S_IMODE(before.st_mode))


def told(error: OSError, path: Path, done: str) -> OSError:
    """Return the same kind of error with a sentence; its number stays, for whoever asks."""
    if error.errno is None:  # a sentence already
        return error
    reason = (error.strerror or os.strerror(error.errno)).lower()
    kept = "; what was there is as it was" if done == "written" and os.path.lexists(path) else ""
    same = type(error)(f"path {named(path)} could not be {done}: {reason}{kept}.")
    same.errno = error.errno
    return same


def named(path: Path) -> str:
    """Return a path as a message shows it; a very long one keeps its end, where the file's name stands."""
    words = str(path)
    return shown(words if len(words) <= _LONGEST else f"…{words[-_LONGEST // 4 :]}", _LONGEST + 2)
