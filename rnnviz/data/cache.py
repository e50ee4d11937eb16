"""Where fetched sets lie: one folder of the user's, apart from the package and from her notebooks."""

import hashlib
from pathlib import Path

from rnnviz import files
from rnnviz.data.archives import Archive, known
from rnnviz.i18n import t

__all__ = ["folder", "keep", "path"]


def folder() -> Path:
    """Return the folder of the cache, which need not be there yet.

    Raises
    ------
    ModuleNotFoundError
        If platformdirs, which knows where a system keeps such files, is not installed.
    """
    try:
        from platformdirs import user_cache_dir
    except ModuleNotFoundError:
        raise ModuleNotFoundError(t("data.missing", package="platformdirs"), name="platformdirs") from None
    return Path(user_cache_dir("rnnviz"))


def path(name: str) -> Path | None:
    """Return the file of a set that was fetched before; nothing is ever fetched here.

    A file that is not what was fetched, byte for byte, counts as none.

    Parameters
    ----------
    name : str
        One of `ARCHIVES`, such as ``"addresses"``.

    Returns
    -------
    Path or None
        None where the set has not been fetched; ``get`` does that.

    Raises
    ------
    ValueError
        If there is no such set.

    Examples
    --------
    >>> path("adresses")
    Traceback (most recent call last):
    ValueError: name must be a data set that can be fetched ('reviews', 'addresses'), got 'adresses'.
    """
    archive = known(name)
    try:
        found = folder() / archive.kept_as
        return found if _is_whole(found, archive) else None
    except (OSError, ModuleNotFoundError):  # no such file, or none that may be read: there is none to use
        return None


def keep(archive: Archive, content: bytes) -> Path:
    """Write a set into the cache, whole or not at all; a folder that was made for it goes again if that fails."""
    home = folder()
    made = [one for one in (home, *home.parents) if not one.exists()]
    try:
        home.mkdir(parents=True, exist_ok=True)
        return files.write(home / archive.kept_as, lambda file: file.write(content))
    except BaseException as error:
        for one in made:  # the innermost first
            try:
                one.rmdir()
            except OSError:  # never made, or somebody has put something there
                break
        if isinstance(error, OSError):
            raise type(error)(t("data.unwritable", folder=home, reason=_reason(error))) from error
        raise


def _is_whole(found: Path, archive: Archive) -> bool:
    if found.stat().st_size != archive.kept_size:
        return False
    with files.readable(found) as file:  # no more than its size, which is bounded
        return hashlib.sha256(file.read(archive.kept_size)).hexdigest() == archive.kept_sha256


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).rstrip(".")
