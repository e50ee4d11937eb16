"""`data_button`: a data set's licence and size, and a button that fetches it."""

from typing import Any

from rnnviz.data import get, path
from rnnviz.data.archives import known
from rnnviz.i18n import t

__all__ = ["DataButton", "data_button"]


class DataButton:
    """What a set is, how much is fetched, its licence, and a button; made by `data_button`.

    Parameters
    ----------
    name : str
        One of ``rv.data.ARCHIVES``.

    Examples
    --------
    >>> DataButton("addresses")
    DataButton('addresses')
    """

    def __init__(self, name: str) -> None:
        self._archive = known(name)
        self._panel: Any = None

    @property
    def here(self) -> bool:
        """Whether the set has been fetched, now or before."""
        return path(self._archive.name) is not None

    def __repr__(self) -> str:
        return f"DataButton({self._archive.name!r})"

    def __str__(self) -> str:
        way = t("data.button.here") if self.here else t("data.button.command", name=self._archive.name)
        return f"{self._archive.what} ({self._archive.fetched}). {self._archive.licence}. {way}"

    def _fetch(self, progress: Any) -> str:
        """Fetch, and return what to say about it."""
        try:
            get(self._archive.name, progress=progress)
        except (OSError, ValueError, ModuleNotFoundError) as error:
            return str(error)
        return t("data.button.done")

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        if self._panel is None:
            from rnnviz.notebook.panels import DataPanel  # widgets are loaded when one is shown

            words = [self._archive.what, self._archive.licence]
            label = t("data.button.fetch", size=self._archive.fetched)
            self._panel = DataPanel(words, label, self._fetch, lambda: self.here)
        self._panel.follow()
        return {**self._panel.widget._repr_mimebundle_(), "text/plain": str(self)}


def data_button(name: str) -> DataButton:
    """Return a button for a cell to end with: it says what a data set is, its size and licence, and fetches it.

    Parameters
    ----------
    name : str
        One of ``rv.data.ARCHIVES``, such as ``"addresses"``.

    Returns
    -------
    DataButton
        A press does what ``rv.data.get(name)`` does; nothing is fetched without one.

    Raises
    ------
    ValueError
        If there is no such set.

    Examples
    --------
    >>> data_button("adresses")
    Traceback (most recent call last):
    ValueError: name must be a data set that can be fetched ('reviews', 'addresses'), got 'adresses'.
    """
    return DataButton(name)
