"""What the tests of the course's pages share: how large a page may be, and what it asks for."""

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page

PAGE_ROOM, WITH_REPLAYS = 1_500_000, 3_000_000  # bytes: of a page, and of it with all its replays


def asking(page: Page, own: Sequence[str]) -> list[str]:
    """Return a list of what the page asks for, from now on, elsewhere or in vain; nothing of it is let through."""
    found: list[str] = []
    allowed = (*own, "data:", "blob:", "about:")

    def let(route: Any) -> None:
        if route.request.url.startswith(allowed) or route.request.url.endswith("/favicon.ico"):
            route.continue_()
        else:
            found.append(route.request.url)
            route.abort()

    page.route("**/*", let)
    # what is on its way while one goes on to the next page is given up, and not missed
    page.on("requestfailed", lambda one: found.append(one.url) if "NOT_FOUND" in (one.failure or "") else None)
    page.on(
        "response",
        lambda given: found.append(given.url) if given.status >= 400 and "favicon" not in given.url else None,
    )
    return found
