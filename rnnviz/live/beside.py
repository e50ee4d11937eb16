"""Beside: the files of the front end, which lie beside the modules that bring them to the browser."""

from pathlib import Path

__all__ = ["beside"]


def beside(module: str, *names: str) -> str:
    """Return the named files beside a module, joined: JavaScript into one ES module, styles into one sheet.

    Parameters
    ----------
    module : str
        The module's ``__file__``.
    *names : str
        Names of files in its folder.

    Examples
    --------
    >>> "cursorOf" in beside(__file__, "page.js", "feed.js")
    True
    """
    return "\n".join(Path(module).with_name(name).read_text(encoding="utf-8") for name in names)
