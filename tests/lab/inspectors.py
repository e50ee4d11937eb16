"""An open inspector, with the gestures of a learner."""

from typing import Any

from rnnviz.lab.tools.inspector import Inspector
from rnnviz.views import Focus
from tests.lab.browser import Browser, settle


class Drawer:
    """An open inspector of a lab, with the gestures of a learner."""

    def __init__(self, lab: Any) -> None:
        self.lab, self.browser = lab, Browser(lab)
        self.panel = self.browser.screen.panel
        self.panel.toolbox.buttons["inspector"].value = True
        tool = self.panel.toolbox.made("inspector")
        assert isinstance(tool, Inspector)
        self.tool = tool
        self.browser.catch_up()

    def say(self, **content: Any) -> None:
        """What the page says of a press, a key or its cursor."""
        self.tool.view._heard(self.tool.view, content, [])
        settle(self.lab)
        self.browser.catch_up()

    def press(self, name: str) -> None:
        self.say(kind="press", name=name)

    def key(self, key: str) -> None:
        self.say(kind="key", key=key)

    def cursor(self, time: int | None) -> None:
        self.say(kind="cursor", time=time)

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

    def line(self, symbol: str) -> dict[str, Any]:
        return next(one for part in self.picture["lines"] for one in part["equations"] if one["symbol"] == symbol)

    @property
    def lines(self) -> list[str]:
        return [one["plain"] for part in self.picture["lines"] for one in part["equations"]]
