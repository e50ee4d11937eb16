"""A JupyterLab server of the test's own, and the few gestures a learner makes in it."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import nbformat
from playwright.sync_api import Browser, Locator, Page, Playwright, expect

from tests.browser.patience import PATIENCE, STARTED, again, while_it_goes_on

# what the kernel prints; a cell of a long notebook may not be on the page
_ASK = """code => new Promise((done, failed) => {
    const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session, asked = kernel.requestExecute({ code });
    asked.onIOPub = ({ content }) => content.name === "stdout" && done(content.text);
    asked.done.then(({ content }) => failed(new Error(`nothing was printed: ${JSON.stringify(content)}`)), failed);
})"""
# by the module that serves it: the class of its settings, and where it shows a notebook
_FRONT_ENDS = {
    "jupyterlab": ("LabApp", "lab/workspaces/{workspace}/tree/{path}"),
    "notebook": ("JupyterNotebookApp", "notebooks/{path}"),
}
_STEP = "Number(document.querySelector('.rv-view-hidden .rv-plot')?.dataset.step ?? -1)"
# out of sight nothing is drawn, and JupyterLab goes to the end of a notebook that was run at a moment of its own
_LOOK = "document.querySelector('.rv-view-hidden .rv-plot')?.scrollIntoView({ block: 'nearest' })"
STEP_IN_SIGHT = f"({_LOOK}, {_STEP})"


def chromium(playwright: Playwright) -> Browser:
    """Start Debian's Chromium, or say how to get one."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        raise RuntimeError("the browser tests need Chromium; install it, on Debian with: apt-get install chromium")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    return playwright.chromium.launch(executable_path=path, args=arguments)


def write_notebook(path: Path, *cells: str) -> None:
    """Write a notebook of these cells, for the kernel that runs the tests."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)


@contextmanager
def server(
    folder: Path,
    settings: dict[str, dict[str, Any]] | None = None,
    *,
    python: Sequence[str] = (sys.executable,),
    environment: Mapping[str, str] = os.environ,
    front_end: str = "jupyterlab",
) -> Iterator[str]:
    """Serve ``folder``; yield the address with its token. ``settings`` are the front end's, by plugin id.

    ``python`` is the command of the one that is to serve, ``environment`` what it finds set.
    """
    app, place = _FRONT_ENDS[front_end]
    home = folder / ".jupyter-test"
    quiet = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
    for plugin, values in (quiet | (settings or {})).items():
        path = home / "settings" / f"{plugin.replace(':', '/')}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    command = [
        *python,
        "-m",
        front_end,
        "--no-browser",
        "--allow-root",
        "--ServerApp.port=0",
        "--expose-app-in-browser",
    ]
    command += [f"--ServerApp.root_dir={folder}", f"--{app}.user_settings_dir={home / 'settings'}"]
    command += [f"--{app}.workspaces_dir={home / 'workspaces'}"]
    own = {name: str(home / name) for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR")}
    # what every lab reads is read while the page is loading: see `_with_kernel`
    startup = home / "IPYTHONDIR" / "profile_default" / "startup"
    startup.mkdir(parents=True, exist_ok=True)
    (startup / "libraries.py").write_text("import rnnviz\n\nrnnviz.Lab\ndel rnnviz\n")
    with (home / "log").open("w") as log:
        process = subprocess.Popen(
            command, env={**environment, **own}, stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
        try:
            yield _address(process, home, place)
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:  # a slow machine's kernels take their time to end
                process.kill()
                process.wait()


def _address(process: subprocess.Popen[bytes], home: Path, place: str) -> str:
    runtime = home / "JUPYTER_RUNTIME_DIR"
    deadline = time.monotonic() + 300  # one that fails ends, and is not waited for
    while time.monotonic() < deadline and process.poll() is None:
        for record in runtime.glob("jpserver-*.json"):
            with suppress(json.JSONDecodeError):  # it is being written
                told = json.loads(record.read_text())
                return f"{told['url']}{place}?token={told['token']}"
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{(home / 'log').read_text()[-2000:]}")


def process_of(folder: Path) -> int:
    """Return the number of the process that serves ``folder``."""
    [record] = (folder / ".jupyter-test" / "JUPYTER_RUNTIME_DIR").glob("jpserver-*.json")
    return int(json.loads(record.read_text())["pid"])


def _with_kernel(address: str) -> str:
    """Start the kernel of the notebook at this address already, as JupyterLab would later; return the address."""
    root, _, rest = address.partition("lab/workspaces/")
    path, _, token = rest.partition("/tree/")[2].partition("?token=")
    asked = {"path": path, "name": path.rpartition("/")[2], "type": "notebook", "kernel": {"name": "python3"}}
    headers = {"Authorization": f"token {token}", "Content-Type": "application/json"}
    with urlopen(Request(f"{root}api/sessions", json.dumps(asked).encode(), headers), timeout=STARTED / 1000) as answer:
        assert answer.status == 201
    return address


def close(page: Page) -> None:
    """Close a page with its context, after the kernels: a lab that still plays would slow the next test down."""
    page.evaluate("window.jupyterapp?.serviceManager.sessions.shutdownAll()")
    page.context.close()


def rgb(tone: str) -> str:
    """Return a tone such as ``#5a6068`` as a browser writes it, ``rgb(90, 96, 104)``."""
    return f"rgb({', '.join(str(part) for part in bytes.fromhex(tone[1:]))})"


class Notebook:
    """One notebook open in one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.lab = page.locator(".rv-lab").first
        self.errors: list[str] = []
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, address: str, path: str) -> "Notebook":
        # a workspace of its own, or JupyterLab would bring back the notebooks of the tests before
        self.page.goto(_with_kernel(address.format(path=path, workspace=uuid.uuid4().hex)))
        expect(self.page.locator(".jp-Notebook").first).to_be_visible(timeout=PATIENCE)
        return self.ready()

    def ready(self) -> "Notebook":
        expect(self.page.get_by_text(re.compile(r"\| Idle$")).first).to_be_visible(timeout=STARTED)
        return self

    def run_all(self, wait: bool = True) -> "Notebook":
        """Run every cell, as the menu does, and wait until none is running or waiting."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        if not wait:
            return self
        self.page.wait_for_function(
            "() => { const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];"
            " return /\\d/.test(prompts[0]?.textContent) && !prompts.some(p => p.textContent.includes('*')) }",
            timeout=2 * STARTED,
        )
        return self

    def view(self, name: str) -> Locator:
        return self.lab.locator(f".rv-view-{name} .rv-plot")

    def step(self) -> int:
        """The training step that the hidden-state picture shows."""
        return int(self.view("hidden").get_attribute("data-step") or -1)

    def wait_for_step(self, least: int) -> int:
        while_it_goes_on(self.page, f"least => {STEP_IN_SIGHT} >= least", least, _STEP)
        return self.step()

    def button(self, name: str) -> Locator:
        return self.lab.locator(f".rv-{name}")

    def slider(self, name: str) -> float:
        """What a slider's read-out says."""
        return float(self.lab.locator(f".rv-{name} .widget-readout").inner_text())

    def shown(self, view: str, trace: int, key: str) -> Any:
        """The numbers that plotly has drawn from the newest frame; a picture is drawn when it is in view."""
        self.view(view).scroll_into_view_if_needed()
        self.settle()
        self.page.wait_for_function(
            """([view, trace, key]) => {
                const plot = document.querySelector(`.rv-view-${view} .rv-plot`);
                const old = one => one.plot === plot && one.drawn !== one.newest()?.id;
                const behind = feed => [...feed.figures].some(old);
                return plot.data?.[trace]?.[key] !== undefined && ![...rnnvizPage.feeds.values()].some(behind);
            }""",
            arg=[view, trace, key],
            timeout=PATIENCE,
        )
        return self.view(view).evaluate(
            "(plot, [trace, key]) => { const value = plot.data[trace][key];"
            " return Array.from(value, row => typeof row === 'number' ? row : Array.from(row)) }",
            [trace, key],
        )

    def save(self) -> None:
        self.page.evaluate("jupyterapp.commands.execute('docmanager:save')")

    def theme(self, name: str) -> None:
        self.page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", name)

    def hover(self, view: str, across: float) -> None:
        """Put the pointer on a picture, at this share of its width, so that the time cursor stands there."""
        cursors = "() => JSON.stringify([...rnnvizPage.cursors.values()].map(one => one.t))"

        def move() -> None:
            self.view(view).scroll_into_view_if_needed()
            box = self.view(view).bounding_box()
            assert box is not None
            self.page.mouse.move(box["x"] + 5, box["y"] + 5)
            self.page.mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] * 0.5)

        before = self.page.evaluate(cursors)
        moved = f"before => ({cursors})() !== before"
        again(move, lambda patience: self.page.wait_for_function(moved, arg=before, timeout=patience))

    def busy(self) -> bool:
        return self.page.get_by_text(re.compile(r"\| Busy$")).count() > 0

    def frames(self, count: int) -> None:
        """Wait until so many further frames were drawn."""
        number = "() => Number(document.querySelector('.rv-view-hidden .rv-plot').dataset.frame)"
        target = self.page.evaluate(number) + count
        self.page.wait_for_function(f"target => ({number})() >= target", arg=target, timeout=PATIENCE)

    def pause(self) -> None:
        """Have the first lab's run at rest: by its button, unless it has come to its goal before that is pressed."""
        self.page.wait_for_function(
            "() => { const lab = document.querySelector('.rv-lab'), pause = lab.querySelector('.rv-pause');"
            " if (!pause.disabled) pause.click(); return !lab.querySelector('.rv-play').disabled }",
            polling=100,
            timeout=PATIENCE,
        )

    def rest(self) -> int:
        """Pause, wait until the hidden-state picture shows the step at which the run rests, and return that."""
        self.pause()
        self.view("hidden").scroll_into_view_if_needed()
        self.page.wait_for_function(
            "() => { const said = document.querySelector('.rv-figures').textContent.match(/step ([\\d,]+)/)[1];"
            " return document.querySelector('.rv-view-hidden .rv-plot').dataset.step === said.replaceAll(',', '') }",
            timeout=PATIENCE,
        )
        return self.step()

    def settle(self) -> None:
        """Wait until no picture has changed for a while."""
        self.page.evaluate(
            """() => new Promise(done => {
                const seen = () => [...document.querySelectorAll('.rv-plot')].map(p => p.dataset.frame).join();
                let last = seen(), calm = 0;
                const timer = setInterval(() => {
                    calm = seen() === last ? calm + 1 : 0;
                    last = seen();
                    if (calm >= 8) { clearInterval(timer); done(); }
                }, 100);
            })"""
        )

    def code(self, text: str) -> None:
        """Type into the last cell and run it."""
        last = self.page.locator(".jp-CodeCell").last
        last.locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Control+Enter")

    def told(self, code: str) -> str:
        """What the kernel prints when it runs this, which is in no cell."""
        return str(self.page.evaluate(_ASK, code))

    def printed(self, label: str) -> Any:
        """The JSON that a cell has printed after ``label``."""
        line = self.page.locator(".jp-OutputArea-output pre", has_text=re.compile(rf"^{label} ")).last
        expect(line).to_be_visible(timeout=PATIENCE)
        text = line.text_content() or ""  # what is out of sight has no inner text
        return json.loads(text.removeprefix(label))
