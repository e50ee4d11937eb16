"""What the browser's console reports as an error, in any page of any test."""

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Browser, BrowserContext

from tests.browser.jupyter import PATIENCE

# anywidget allows a model two seconds to be ready, on whatever machine, and reports the slow ones. What becomes of
# those has a test of its own, where none is quick enough (test_late.py); for the others a busy machine is no error.
PATIENT = (
    "{ const timeout = AbortSignal.timeout.bind(AbortSignal);"
    " AbortSignal.timeout = ms => timeout(ms === 2000 ? 600_000 : ms) }"
)
HARMLESS = ()  # words of reports by others that say nothing of a lab


class Console:
    """Hears every page that a browser opens, from `listen` on."""

    def __init__(self) -> None:
        self._heard: list[str] = []
        self._contexts: list[BrowserContext] = []

    def listen(self, browser: Browser) -> None:
        """Hear the pages of every context that is opened from now on; ``patient=False`` leaves anywidget its haste."""
        new_context = browser.new_context

        def heard_context(patient: bool = True, **settings: Any) -> BrowserContext:
            context = new_context(**settings)
            context.set_default_timeout(PATIENCE)
            if patient:
                context.add_init_script(PATIENT)
            context.on("console", lambda message: self._heard.append(message.text) if message.type == "error" else None)
            context.on("weberror", lambda error: self._heard.append(str(error.error)))
            self._contexts.append(context)
            return context

        browser.new_context = heard_context  # type: ignore[method-assign]

    def forget(self) -> None:
        """Leave out what was reported so far."""
        self._heard.clear()

    def take(self, told: Sequence[str] = ()) -> list[str]:
        """Return what was reported since the last `forget`, but for reports with one of the words ``told``."""
        self._contexts = [one for one in self._contexts if one.pages]
        for page in [page for context in self._contexts for page in context.pages]:
            page.evaluate("0")  # whatever the page has reported before this has arrived after it
        return [text for text in self._heard if not any(word in text for word in (*HARMLESS, *told))]
