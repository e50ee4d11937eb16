"""What stands on a lab's screen, found and moved as a learner does."""

from typing import Any

import ipywidgets
import numpy as np
import plotly.graph_objects as go

from rnnviz.views import Focus, Patch, View
from rnnviz.views.style import base_layout
from tests.lab.browser import Browser
from tests.training.examples import WAIT

MOVES = {
    "lr": 0.01,
    "schedule": "cosine",
    "clip": 3.0,
    "batch_size": 17,
    "optimizer": "sgd",
    "input_noise": 0.2,
    "teacher_forcing": 0.5,
    "rho": 1.1,
    "forget_bias": 2.0,
    "cell": "gru",
    "hidden_size": 9,
    "num_layers": 2,
    "bidirectional": True,
    "seq_len": 12,
    "init": "orthogonal",
    "nonlinearity": "relu",
    "seed": 5,
}


def inside(widget: ipywidgets.Widget) -> list[ipywidgets.Widget]:
    """Return a widget and all that lie in it."""
    return [widget, *(deeper for child in getattr(widget, "children", ()) for deeper in inside(child))]


def classes(widget: ipywidgets.Widget) -> set[str]:
    return {name for part in inside(widget) for name in getattr(part, "_dom_classes", ())}


def unfold(lab: Any) -> None:
    """Open every group of the rail."""
    for button in lab._console.screen.panel.rail.groups.values():
        button.value = True


def move(browser: Browser, lab: Any, name: str, value: object) -> None:
    """Move a knob as the front end does, and wait until the lab has done what it stands for."""
    lab._console.knobs.widgets[name].value = value
    browser.catch_up()
    assert lab._runner.join(WAIT)


class NormView(View):
    """The example of the maintainers' page."""

    name = "norm"

    def skeleton(self, snapshot: Any, focus: Focus) -> go.Figure:
        return go.Figure(go.Scatter(), base_layout("Norm of the state", self.height))

    def patches(self, snapshot: Any, focus: Focus, pixels: Any = None) -> list[Patch]:
        hidden = snapshot.layer.hidden[focus.layer, focus.direction, focus.sample]
        return [Patch(0, "y", np.linalg.norm(hidden, axis=1))]


def visible(browser: Browser) -> list[str]:
    """Names of the pictures on screen, in reading order."""
    boxes = [part for part in inside(browser.screen.panel.widget) if "rv-view" in getattr(part, "_dom_classes", ())]
    names = [next(name for name in box._dom_classes if name.startswith("rv-view-")) for box in boxes]
    shown = [name for name, box in zip(names, boxes, strict=True) if box.layout.display != "none"]
    return [name.removeprefix("rv-view-") for name in shown]
