"""DeviceChoice: the device on the toolbar, by name; a menu where there is more than one."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets

from rnnviz.i18n import t

__all__ = ["DeviceChoice", "device_words"]


class DeviceChoice:
    """A menu of the devices there are, or the word for the only one.

    Parameters
    ----------
    device : str
        Where it trains, such as ``"cuda:0"``.
    there : sequence of str
        All that exist here.
    on_choice : callable
        Called with the device that a learner has chosen.
    """

    def __init__(self, device: str, there: Sequence[str], on_choice: Callable[[str], None]) -> None:
        self._on_choice, self._following = on_choice, False
        self.hints = {"rv-device-choice": [t("device"), t("device.tip")]}
        if len(there) == 1:
            self.widget: Any = widgets.HTML(device_words(device), tooltip=t("device.tip"))
        else:
            options = [(device_words(one), one) for one in there]
            self.widget = widgets.Dropdown(options=options, value=device, tooltip=t("device.tip"))
            self.widget.observe(self._chosen, names="value")
        self.widget.add_class("rv-device-choice")

    def follow(self, device: str) -> None:
        """Show where it trains now, without reporting it."""
        self._following = True
        try:
            self.widget.value = device if isinstance(self.widget, widgets.Dropdown) else device_words(device)
        finally:
            self._following = False

    def _chosen(self, change: Mapping[str, Any]) -> None:
        if not self._following:
            self._on_choice(change["new"])


def device_words(device: str) -> str:
    """Return a device's name as it is read.

    >>> device_words("cpu"), device_words("cuda:0"), device_words("cuda:1")
    ('CPU', 'CUDA', 'CUDA 1')
    """
    kind, _, number = device.partition(":")
    return kind.upper() if number in ("", "0") else f"{kind.upper()} {number}"
