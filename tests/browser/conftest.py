"""Fixtures of the browser tests: one Chromium for all, one JupyterLab a module, one page and its notebook a test."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from rnnviz.cli.chapters import copy_chapters, shipped_chapters
from tests.browser.jupyter import chromium, server, write_notebook


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = chromium(playwright)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    opened = context.new_page()
    yield opened
    # a lab that still plays would slow the next test down
    opened.evaluate("window.jupyterapp?.serviceManager.sessions.shutdownAll()")
    context.close()


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
    with server(folder) as started:
        yield started
