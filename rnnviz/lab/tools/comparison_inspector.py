"""ComparisonInspector: the cell inspector of a comparison, with a menu for whose cell is taken apart."""

from collections.abc import Callable, Mapping, Sequence

import ipywidgets as widgets

from rnnviz.i18n import t
from rnnviz.lab.tools.inspector import Change, Inspector
from rnnviz.training import Snapshot
from rnnviz.training.comparison.names import model_name
from rnnviz.views import Focus
from rnnviz.views.comparison.models import compared_models

__all__ = ["ComparisonInspector"]


class ComparisonInspector(Inspector):
    """An inspector that looks into one of several models.

    Parameters
    ----------
    models : sequence of str
        Their labels, in reading order.
    look, train, guarded : callable
        As for `Inspector`; ``train`` trains all.
    """

    def __init__(
        self,
        models: Sequence[str],
        look: Callable[[Change], None],
        train: Callable[[], None],
        guarded: Callable[[Callable[[], object]], None],
    ) -> None:
        self.model = widgets.Dropdown(
            options=[(model_name(label), place) for place, label in enumerate(models)],
            description=t("inspector.model"),
            tooltip=t("inspector.model.tip"),
        )
        self.model.add_class("rv-inspect-model")
        super().__init__(lambda change: look(self._of_model(change)), train, guarded)
        self.widget.children = (self.model, *self.widget.children)
        self.model.observe(lambda _change: guarded(self._choose), names="value")

    def _choose(self) -> None:
        self.uses += 1
        # to the same place, of another model
        self._look(lambda _snapshot, focus: focus)

    @property
    def hints(self) -> Mapping[str, list[str]]:
        """Class name of each control to its label and its tooltip, for screen readers."""
        return {"rv-inspect-model": [self.model.description, self.model.tooltip]}

    @property
    def subject(self) -> object:
        """The model whose cell is shown."""
        return self.model.value

    def show(self, snapshot: Snapshot, focus: Focus) -> None:
        """Draw the cell in focus of the chosen model, in the colours that it has in the pictures."""
        one = self._compared(snapshot)
        super().show(one, focus.within(one.layer))

    def _compared(self, snapshot: Snapshot) -> Snapshot:
        place: int = self.model.value
        return compared_models(snapshot)[place].snapshot

    def _of_model(self, change: Change) -> Change:
        """Move as the chosen model has room, not as the largest one has."""

        def within(snapshot: Snapshot, focus: Focus) -> Focus:
            one = self._compared(snapshot)
            return change(one, focus.within(one.layer))

        return within
