"""Fixtures of the browser tests: one Chromium for all, one page a test."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.jupyter import chromium


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
