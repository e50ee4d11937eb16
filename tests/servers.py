"""A module that stands where a server would be, and ports that are free or taken."""

import contextlib
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest


def stand_in(name: str, code: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a package in the place of the one of this name; return the file that ``python -m`` runs of it."""
    for known in [one for one in sys.modules if one.partition(".")[0] == name]:
        monkeypatch.delitem(sys.modules, known)
    module = folder / "elsewhere" / name / "__main__.py"
    module.parent.mkdir(parents=True)
    module.with_name("__init__.py").touch()
    module.write_text(code)
    monkeypatch.syspath_prepend(module.parents[1])
    monkeypatch.setattr(sys, "argv", ["rnnviz"])
    return module


@contextlib.contextmanager
def taken_port() -> Iterator[int]:
    """A port where somebody else listens meanwhile."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


def free_port() -> int:
    """Return a port where nobody listens."""
    with taken_port() as port:
        return port


def taken_port_words(command: str, port: int) -> str:
    """What a command says of such a port, and nothing else."""
    return (
        f"rnnviz {command}: port {port} cannot be used (Address already in use); "
        "choose another with --port, or leave it out and one is chosen.\n"
    )
