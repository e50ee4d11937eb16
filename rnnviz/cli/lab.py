"""``rnnviz lab``: copy the chapters, then become JupyterLab."""

import os
import runpy
import socket
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from rnnviz.cli.chapters import copy_chapters, shipped_chapters
from rnnviz.i18n import t

__all__ = ["become", "main", "require_free", "server_options"]


def main(directory: Path, *, browser: bool, port: int | None, passed_on: Sequence[str]) -> int:
    """Copy the chapters into ``directory`` and run JupyterLab on the first of them.

    Parameters
    ----------
    directory : Path
        Where the learner's copies live.
    browser : bool
        Whether JupyterLab opens a browser.
    port : int or None
        A port that must be free, or None to let JupyterLab choose.
    passed_on : sequence of str
        Further options for JupyterLab.

    Returns
    -------
    int
        JupyterLab's exit code, or 2 if it could not be started; one sentence on standard error then says why.

    Examples
    --------
    >>> main(Path(__file__), browser=False, port=None, passed_on=[])
    2
    """
    try:
        _require_jupyterlab()
        if port is not None:
            require_free(port)
        copied = copy_chapters(shipped_chapters(), directory.absolute())
    except (ImportError, OSError) as error:
        print(f"rnnviz lab: {error}", file=sys.stderr)
        return 2
    for note in copied.notes:
        print(note)
    print(t("cli.lab.ready", directory=directory), flush=True)
    options = server_options(directory.absolute(), copied.first, browser=browser, port=port)
    return become("jupyterlab", [*options, *passed_on])


def server_options(directory: Path, first: str, *, browser: bool, port: int | None) -> list[str]:
    """Return JupyterLab's options; its token and its protection against forged requests stay as they are.

    Parameters
    ----------
    directory : Path
        The folder to serve, absolute.
    first : str
        The chapter to open, a file name in ``directory``.
    browser : bool
        Whether a browser is opened.
    port : int or None
        The port, or None for JupyterLab's choice.

    Returns
    -------
    list of str
        Words for JupyterLab's command line.

    Examples
    --------
    >>> server_options(Path("/tmp/x"), "00.ipynb", browser=False, port=None)[:2]
    ['--ServerApp.root_dir=/tmp/x', '--LabApp.default_url=/lab/tree/00.ipynb']
    """
    options = [f"--ServerApp.root_dir={directory}", f"--LabApp.default_url=/lab/tree/{first}"]
    if not browser:
        options.append("--no-browser")
    if port is not None:
        # no retries: the port that was asked for, or an error
        options += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")  # who is root in a container has no other user to be
    return options


def _require_jupyterlab() -> None:
    if find_spec("jupyterlab") is None:
        raise ModuleNotFoundError(t("cli.lab.no_jupyterlab"))


def require_free(port: int) -> None:
    """Refuse a port somebody listens on: the server would say so only at the end of a page of log."""
    with socket.socket() as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does: only listeners count
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise OSError(t("cli.port.busy", port=port, reason=error.strerror)) from error


def become(module: str, options: list[str]) -> int:
    """Run a server's module in this process, so that Ctrl-C, signals and the exit code are its own."""
    sys.argv[1:] = options
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    return 0
