"""Fixtures of the browser tests: one Chromium for all, one JupyterLab a module, one page and its notebook a test."""

import re
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from rnnviz.cli.chapters import copy_chapters, shipped_chapters
from tests.browser.console import Console
from tests.browser.jupyter import PATIENCE, chromium, close, server, write_notebook

CONSOLE = Console()


def pytest_configure(config: pytest.Config) -> None:
    """Name the mark of a test that is about what a browser reports."""
    config.addinivalue_line("markers", "tells(*words): reports with one of these words belong to what is tested")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Hear what pages report from where a test's fixtures begin, which may open a lab and play it."""
    CONSOLE.forget()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fail a test in whose pages something was reported as an error, beside what its mark ``tells`` names."""
    result = yield
    told = [word for mark in item.iter_markers("tells") for word in mark.args]
    assert CONSOLE.take(told) == []
    return result


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)  # what is expected comes; how soon is the machine's affair
    with sync_playwright() as playwright:
        started = chromium(playwright)
        CONSOLE.listen(started)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
    yield opened
    close(opened)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the notebooks lie that `address` serves."""
    return tmp_path_factory.mktemp("notebooks")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with server(folder) as started:
        yield started


@pytest.fixture
def write(folder: Path, request: pytest.FixtureRequest) -> Callable[..., str]:
    """Write the test's notebook, of these cells; return its path, to be opened at `address`."""

    def written(*cells: str) -> str:
        name = re.sub(r"\W+", "_", request.node.name) + ".ipynb"
        write_notebook(folder / name, *cells)
        return name

    return written


@pytest.fixture(scope="module")
def chapters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab that has the chapters, as ``rnnviz lab`` copies them."""
    folder = tmp_path_factory.mktemp("chapters")
    copy_chapters(shipped_chapters(), folder)
    # a chapter that was saved in between would open with the widgets of a kernel that is gone
    with server(folder, {"@jupyterlab/docmanager-extension:plugin": {"autosave": False}}) as started:
        yield started
