"""One file out of an archive that lies in memory: read, never unpacked, and its name is never made a path."""

import gzip
import io
import tarfile
import zlib

from rnnviz.data.archives import Archive
from rnnviz.i18n import t

__all__ = ["member"]

_MOST = 2**27  # bytes that an archive may grow to while one file of it is looked for; the largest needs 37 MB


def member(content: bytes, name: str, archive: Archive) -> bytes:
    """Return the file called ``name`` of a compressed tar archive.

    Parameters
    ----------
    content : bytes
        The archive.
    name : str
        As the archive names it.
    archive : Archive
        Of which set, for the sentence.

    Raises
    ------
    ValueError
        If there is no such file, it is a link or a folder, is too large, or this is no such archive.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(_grown(content)), mode="r:") as tar:
            found = tar.next()
            while found is not None and found.name != name:
                found = tar.next()
            if found is None or not found.isreg():
                raise ValueError(t("data.no_member", name=archive.name, file=archive.file, member=name))
            taken = tar.extractfile(found)
            assert taken is not None
            return taken.read()
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise ValueError(t("data.no_archive", name=archive.name, file=archive.file)) from error


def _grown(content: bytes) -> bytes:
    """Undo the compression, of no more than any archive here needs: a few bytes can be made to grow without end."""
    with gzip.open(io.BytesIO(content)) as packed:
        grown = packed.read(_MOST + 1)
    if len(grown) > _MOST:
        raise OSError(f"more than {_MOST} bytes")
    return grown
