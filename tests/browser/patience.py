"""What is done again, and asked again, of a page that may still be at work."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

PATIENCE = 240_000  # ms: what is waited for comes, on whatever machine; only a failure takes as long
STARTED = 300_000  # a kernel that starts reads torch, and others may be starting beside it
TRIES = (3_000, 10_000, 30_000, PATIENCE)


def again(act: Callable[[], object], seen: Callable[[int], object]) -> None:
    """Do this until what is to come of it is seen: a page at work has a picture elsewhere when the pointer arrives.

    ``seen`` waits so many milliseconds at most, and raises then.
    """
    for patience in TRIES:
        act()
        try:
            seen(patience)
        except (AssertionError, PlaywrightTimeout):
            if patience == TRIES[-1]:
                raise
        else:
            return


def expect_at_last(page: Page, ask: Callable[[], Any], wanted: Any) -> None:
    """Ask until this is the answer: what is read off a page may be a frame behind what was waited for."""
    for _ in range(PATIENCE // 200):
        if ask() == wanted:
            return
        page.wait_for_timeout(200)
    assert ask() == wanted


def while_it_goes_on(page: Page, condition: str, arg: object, mark: str) -> None:
    """Wait for a condition for as long as ``mark`` changes, such as the step that is shown: slow machines train too."""
    before: Any = None
    while True:
        try:
            page.wait_for_function(condition, arg=arg, timeout=PATIENCE)
        except PlaywrightTimeout:
            now = page.evaluate(mark)
            if now == before:
                raise
            before = now
        else:
            return


def presses(page: Page) -> Callable[[], list[str]]:
    """Note from now on whether the button that reads is pressed; return what asks for all of it, in turn."""
    page.evaluate(
        """() => {
            const button = document.querySelector('.rv-read');
            window.pressed = [];
            new MutationObserver(() => {
                const now = button.getAttribute('aria-pressed');
                if (now !== (window.pressed.at(-1) ?? 'false')) window.pressed.push(now);
            }).observe(button, { attributeFilter: ['aria-pressed'] });
        }"""
    )
    return lambda: list(page.evaluate("window.pressed"))
