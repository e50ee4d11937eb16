"""An open inspector, with the gestures of a learner."""

from typing import Any

from rnnviz.views import Focus
from tests.lab.browser import Browser, settle


class Drawer:
    """An open inspector of a lab, with the gestures of a learner."""

    def __init__(self, lab: Any) -> None:
        self.lab, self.browser = lab, Browser(lab)
        self.panel = self.browser.screen.panel
        self.tool = self.panel.tray.tool("inspector")
        self.panel.tray.buttons["inspector"].value = True
        self.browser.catch_up()

    def press(self, name: str) -> None:
        self.tool.buttons[name].click()
        settle(self.lab)
        self.browser.catch_up()

    def key(self, key: str) -> None:
        self.tool.view._heard(self.tool.view, {"kind": "key", "key": key}, [])
        self.browser.catch_up()

    def look(self, **changes: Any) -> None:
        self.panel.focus_controls.go(**changes)
        self.browser.catch_up()

    @property
    def focus(self) -> Focus:
        return self.panel.focus_controls.focus

    @property
    def picture(self) -> dict[str, Any]:
        return self.tool.view.picture

    def mark(self, name: str) -> dict[str, Any]:
        return next(one for one in self.picture["diagram"]["marks"] if one["name"] == name)

    @property
    def lines(self) -> list[str]:
        return [one["plain"] for part in self.picture["lines"] for one in part["equations"]]
