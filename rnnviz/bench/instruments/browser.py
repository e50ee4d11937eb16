"""A JupyterLab and a Chromium of the bench's own: notebooks are run in them as a reader runs them."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rnnviz import files

__all__ = ["NotebookPage", "NotebookServer", "chromium", "missing", "notebook_server"]

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_PATIENCE = 180_000  # ms: what is waited for comes, on whatever machine
_PROBE = Path(__file__).with_name("probe.js")
_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
_QUIET = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
_RAN = """() => {
    const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map(one => one.textContent);
    return prompts.length > 0 && prompts.every(one => /\\d/.test(one));
}"""


def missing() -> str:
    """Return a sentence on what a browser measurement still needs; nothing where all is there."""
    packages = [name for name in ("playwright", "jupyterlab") if find_spec(name) is None]
    if packages:
        return f"needs {' and '.join(packages)}; install what it needs with: pip install 'rnnviz[test]'."
    if _browser() is None:
        return "needs Chromium; install it, on Debian with: apt-get install chromium."
    return ""


class NotebookPage:
    """A notebook that JupyterLab shows in a tab of Chromium."""

    def __init__(self, page: Any, address: str, name: str) -> None:
        self.page = page
        self._devtools: Any = None
        # a workspace of its own, or JupyterLab would bring back the notebooks before
        page.goto(address.format(path=name, workspace=uuid.uuid4().hex))
        page.locator(".jp-Notebook").first.wait_for(timeout=_PATIENCE)
        page.get_by_text("| Idle").first.wait_for(timeout=_PATIENCE)

    def run(self) -> None:
        """Run every cell, and return at once."""
        self.page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells'), null")

    def ran(self) -> None:
        """Wait until every cell has run."""
        self.until(_RAN)

    def until(self, script: str) -> None:
        """Wait until a script is true."""
        self.page.wait_for_function(script, timeout=_PATIENCE)

    def probe(self, call: str) -> Any:
        """Return what a call of the page's probe resolves to."""
        return self.page.evaluate(f"() => rnnvizProbe.{call}")

    def worked(self) -> float:
        """Return the seconds of processor time that the page's own thread has worked since it was first asked."""
        if self._devtools is None:
            self._devtools = self.page.context.new_cdp_session(self.page)
            self._devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        found = self._devtools.send("Performance.getMetrics")["metrics"]
        return float(next(one["value"] for one in found if one["name"] == "TaskDuration"))

    def printed(self) -> Any:
        """Return the JSON that a cell has printed."""
        line = self.page.locator(".jp-OutputArea-output pre").first
        line.wait_for(timeout=_PATIENCE)
        return json.loads(line.text_content())

    def close(self) -> None:
        """Close the page, and end its kernel: one that still trains would slow the next measurement down."""
        self.page.evaluate("jupyterapp.serviceManager.sessions.shutdownAll()")
        self.page.context.close()


class NotebookServer:
    """Where notebooks are opened.

    Parameters
    ----------
    browser : playwright.sync_api.Browser
        Where they are shown.
    folder : Path
        Where the notebooks lie.
    address : str
        JupyterLab's, with places for workspace and path.
    """

    def __init__(self, browser: Any, folder: Path, address: str) -> None:
        self._browser, self._folder, self._address = browser, folder, address
        self._count = 0

    def open(self, *cells: str, size: tuple[int, int] = (1440, 1400)) -> NotebookPage:
        """Open a new notebook of these cells, none of them run, in a window of this width and height."""
        self._count += 1
        name = f"measured-{self._count}.ipynb"
        self._folder.joinpath(name).write_text(json.dumps(_notebook(cells)))
        context = self._browser.new_context(viewport={"width": size[0], "height": size[1]})
        context.add_init_script(path=_PROBE)
        return NotebookPage(context.new_page(), self._address, name)


@contextmanager
def chromium() -> Iterator[Any]:
    """Start Chromium, end it afterwards; it cannot be started twice at a time."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=_browser(), args=list(_ARGUMENTS))
        yield started
        started.close()


@contextmanager
def notebook_server(browser: Any, package: Path | None = None) -> Iterator[NotebookServer]:
    """Start JupyterLab, end it afterwards.

    The kernels import the ``rnnviz`` in the folder ``package``, where one is given, in place of this one.
    """
    with tempfile.TemporaryDirectory(prefix="rnnviz-bench-") as name, _server(Path(name), package) as address:
        yield NotebookServer(browser, Path(name), address)


def _browser() -> str | None:
    return next(filter(None, map(shutil.which, _BROWSERS)), None)


def _notebook(cells: tuple[str, ...]) -> dict[str, Any]:
    bare: dict[str, Any] = {"metadata": {}, "outputs": [], "execution_count": None, "cell_type": "code"}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    written = [{**bare, "id": f"cell-{place}", "source": text} for place, text in enumerate(cells)]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": written}


@contextmanager
def _server(folder: Path, package: Path | None) -> Iterator[str]:
    home = folder / ".jupyter"
    for plugin, values in _QUIET.items():
        path = home / "settings" / f"{plugin.replace(':', '/')}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(values))
    ours = package or Path(__file__).parents[3]
    paths = os.pathsep.join(filter(None, [str(ours), os.environ.get("PYTHONPATH", "")]))
    places = {name: str(home / name) for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR")}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.port=0"]
    command += ["--expose-app-in-browser", f"--ServerApp.root_dir={folder}"]
    command += [f"--LabApp.user_settings_dir={home / 'settings'}", f"--LabApp.workspaces_dir={home / 'workspaces'}"]
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            command, env=os.environ | places | {"PYTHONPATH": paths}, stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
        try:
            yield _address(process, home)
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=30)
            process.kill()
            process.wait()


def _address(process: subprocess.Popen[bytes], home: Path) -> str:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        for record in home.joinpath("JUPYTER_RUNTIME_DIR").glob("jpserver-*.json"):
            with suppress(ValueError):  # it is being written
                told = files.parsed(files.read(record))
                return f"{told['url']}lab/workspaces/{{workspace}}/tree/{{path}}?token={told['token']}"
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{(home / 'log').read_text()[-2000:]}")
