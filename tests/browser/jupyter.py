"""A JupyterLab server of the test's own, and the few gestures a learner makes in it."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Playwright, expect

PATIENCE = 60_000  # ms: a loaded two-core machine


def chromium(playwright: Playwright) -> Browser:
    """Start Debian's Chromium, or say how to get one."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        raise RuntimeError("the browser tests need Chromium; install it, on Debian with: apt-get install chromium")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    return playwright.chromium.launch(executable_path=path, args=arguments)


@contextmanager
def server(folder: Path, settings: dict[str, dict[str, Any]] | None = None) -> Iterator[str]:
    """Serve ``folder``; yield the address with its token. ``settings`` are JupyterLab's, by plugin id."""
    home = folder / ".jupyter-test"
    quiet = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
    for plugin, values in (quiet | (settings or {})).items():
        path = home / "settings" / f"{plugin.replace(':', '/')}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.port=0"]
    command += [f"--ServerApp.root_dir={folder}", f"--LabApp.user_settings_dir={home / 'settings'}"]
    command += [f"--LabApp.workspaces_dir={home / 'workspaces'}"]
    environment = os.environ | {
        name: str(home / name) for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR")
    }
    home.mkdir(exist_ok=True)
    with (home / "log").open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            yield _address(process, home)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _address(process: subprocess.Popen[bytes], home: Path) -> str:
    runtime = home / "JUPYTER_RUNTIME_DIR"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        for record in runtime.glob("jpserver-*.json"):
            with suppress(json.JSONDecodeError):  # it is being written
                told = json.loads(record.read_text())
                return f"{told['url']}lab/tree/{{path}}?token={told['token']}"
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{(home / 'log').read_text()[-2000:]}")


class Notebook:
    """One notebook open in one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.lab = page.locator(".rv-lab").first
        self.errors: list[str] = []
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, address: str, path: str) -> "Notebook":
        self.page.goto(address.format(path=path))
        expect(self.page.locator(".jp-Notebook").first).to_be_visible(timeout=PATIENCE)
        return self.ready()

    def ready(self) -> "Notebook":
        expect(self.page.get_by_text(re.compile(r"\| Idle$")).first).to_be_visible(timeout=PATIENCE)
        return self

    def run_all(self) -> "Notebook":
        """Run every cell, as the menu does, and wait until none is running or waiting."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        self.page.wait_for_function(
            "() => { const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];"
            " return /\\d/.test(prompts[0]?.textContent) && !prompts.some(p => p.textContent.includes('*')) }",
            timeout=180_000,
        )
        return self

    def view(self, name: str) -> Any:
        return self.lab.locator(f".rv-view-{name} .rv-plot")

    def step(self) -> int:
        """The training step that the hidden-state picture shows."""
        return int(self.view("hidden").get_attribute("data-step") or -1)

    def wait_for_step(self, least: int) -> int:
        self.page.wait_for_function(
            "least => Number(document.querySelector('.rv-view-hidden .rv-plot')?.dataset.step ?? -1) >= least",
            arg=least,
            timeout=PATIENCE,
        )
        return self.step()
