"""``rnnviz demo``: one lab as a page of its own, without a notebook around it."""

import json
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from rnnviz.cli.lab import become, require_free
from rnnviz.files import write
from rnnviz.i18n import t

__all__ = ["main", "page_notebook", "server_options"]

_NOT_FOR_PAGES = "@jupyter-notebook/lab-extension"  # it fails there


def main(*, task: str, cell: str, browser: bool, port: int | None) -> int:
    """Serve one lab as a page and open it.

    Parameters
    ----------
    task, cell : str
        As for `rnnviz.Lab`.
    browser : bool
        Whether a browser is opened.
    port : int or None
        A port that must be free, or None to let the server choose.

    Returns
    -------
    int
        The server's exit code, or 2 if there can be no such page; one sentence on standard error then says why.

    Examples
    --------
    >>> main(task="juggling", cell="lstm", browser=False, port=None)
    2
    """
    try:
        if find_spec("voila") is None:
            raise ModuleNotFoundError(t("cli.demo.no_server"))
        if port is not None:
            require_free(port)
        _require_lab(task, cell)
    except (ImportError, OSError, TypeError, ValueError) as error:
        print(f"rnnviz demo: {error}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="rnnviz-demo-") as folder:
        page = Path(folder) / "rnnviz.ipynb"
        write(page, lambda file: file.write(page_notebook(task, cell)))
        print(t("cli.demo.ready", task=task, cell=cell), flush=True)
        return become("voila", server_options(page, browser=browser, port=port))


def page_notebook(task: str, cell: str) -> bytes:
    """Return a notebook whose one cell shows the lab.

    Examples
    --------
    >>> b'rv.Lab(task=' in page_notebook("adding", "gru")
    True
    """
    # not by nbformat, which only the server needs; no words of a learner's come in here but by repr
    source = f"import rnnviz as rv\nrv.Lab(task={task!r}, cell={cell!r})"
    code: dict[str, object] = {
        "cell_type": "code",
        "execution_count": None,
        "id": "lab",
        "metadata": {},
        "outputs": [],
        "source": source,
    }
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {"cells": [code], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole).encode()


def server_options(page: Path, *, browser: bool, port: int | None) -> list[str]:
    """Return Voilà's options: the lab is made before somebody looks, and only who has the token sees it.

    Parameters
    ----------
    page : Path
        The notebook.
    browser : bool
        Whether a browser is opened.
    port : int or None
        The port, or None for Voilà's choice.

    Examples
    --------
    >>> server_options(Path("/tmp/x.ipynb"), browser=False, port=80)[-2:]
    ['--port=80', '--Voila.port_retries=0']
    """
    # one kernel waits with the lab in it: the page comes at once, and so does the next one
    options = [str(page), "--token", "--preheat_kernel=True", "--pool_size=1", "--show_tracebacks=True"]
    options.append(f"--VoilaConfiguration.extension_denylist={_NOT_FOR_PAGES}")
    # who leaves a page has its kernel ended, by a beacon with a cookie alone: Voilà would refuse it and keep the kernel
    options.append("--Voila.tornado_settings=disable_check_xsrf=True")
    if not browser:
        options.append("--no-browser")
    if port is not None:
        # no retries: the port that was asked for, or an error
        options += [f"--port={port}", "--Voila.port_retries=0"]
    return options


def _require_lab(task: str, cell: str) -> None:
    """Make the lab once, without a screen: what is wrong with it is said here, and not on a page."""
    import rnnviz as rv

    rv.Lab(task=task, cell=cell).close()
