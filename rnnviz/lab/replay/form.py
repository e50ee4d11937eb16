"""Form: how large a replay may be, and where its plotly.js lies, for all that are saved within a block."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

__all__ = ["Form", "asked_form", "formed"]


@dataclass(frozen=True)
class Form:
    """What a page that plays is like.

    Parameters
    ----------
    room : int
        Bytes of it at most, plotly.js apart where that is shared.
    shared : str, optional
        The folder, as the page's links have it, of the scripts that hold plotly.js for several pages
        (``plotly-small.js``, ``plotly-whole.js``); by default it is in the page.
    """

    room: int = 8_000_000
    shared: str | None = None


_form: ContextVar[Form | None] = ContextVar("form", default=None)


def asked_form() -> Form:
    """Return the form that pages have now."""
    return _form.get() or Form()


@contextmanager
def formed(form: Form) -> Iterator[None]:
    """Give every replay that is saved within the block this form.

    Examples
    --------
    >>> with formed(Form(room=1_000_000)):
    ...     asked_form().room
    1000000
    >>> asked_form().room
    8000000
    """
    before = _form.set(form)
    try:
        yield
    finally:
        _form.reset(before)
