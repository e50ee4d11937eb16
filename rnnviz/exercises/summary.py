"""`predictions`: all predictions of this notebook beside what came out."""

import textwrap
from collections.abc import Iterator, Sequence

from rnnviz.exercises.checking import WIDTH
from rnnviz.exercises.kept.records import Prediction
from rnnviz.exercises.kept.tables import html_table
from rnnviz.exercises.kept.this_notebook import before, known_predictions
from rnnviz.i18n import keys, t

__all__ = ["Predictions", "predictions"]


def predictions() -> "Predictions":
    """Return what was predicted in this notebook, beside what came out, in the order of its questions.

    Returns
    -------
    Predictions
        As the last line of a cell a table; printed, a few lines for each. Questions that are open stand there as such.

    Examples
    --------
    >>> from rnnviz.exercises import predict
    >>> guess = predict("Is tanh(3) above 1?", options={"a": "yes", "b": "no"}, answer="b")
    >>> guess.commit("no")
    You predict b) no. You can change your mind until it is revealed.
    >>> guess.reveal()
    You predicted b) no, and that is what happens.
    >>> print(list(predictions())[-1].came)
    b) no
    """
    known = known_predictions()
    asked = before().questions
    open_ones = {id: Prediction(id, t(f"predict.{id}.question")) for id in asked if f"predict.{id}.question" in keys()}
    return Predictions(list({**open_ones, **known}.values()))


class Predictions:
    """Predictions and results; made by `predictions`.

    Parameters
    ----------
    rows : sequence of Prediction
        One for each question: ``text``, ``said``, ``came`` and ``right``, None until it is revealed.
    """

    def __init__(self, rows: Sequence[Prediction]) -> None:
        self._rows = tuple(rows)

    def __iter__(self) -> Iterator[Prediction]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def headline(self) -> str:
        """How many there are, and how many of them came out as predicted."""
        if not self._rows:
            return t("predict.summary.none")
        told = [row for row in self._rows if row.right is not None]
        right = sum(row.right is True for row in told)
        return t("predict.summary.line", asked=len(self._rows), revealed=len(told), right=right)

    def __str__(self) -> str:
        lines = [self.headline]
        for number, row in enumerate(self._rows, 1):
            lines.append(textwrap.fill(f"{number}. {row.text or row.name}", WIDTH, subsequent_indent="   "))
            said = t("predict.summary.row", said=row.said or t("predict.summary.open"), came=row.came or "–")
            lines.append(
                textwrap.fill(f"{said} {_mark(row)}".rstrip(), WIDTH, initial_indent="   ", subsequent_indent="   ")
            )
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        parts = ("question", "said", "came", "mark")
        rows = [
            (row.text or row.name, row.said or t("predict.summary.open"), row.came or "–", _mark(row)) for row in self
        ]
        return html_table([t(f"predict.summary.{part}") for part in parts], rows, self.headline)


def _mark(row: Prediction) -> str:
    return "" if row.right is None else t("predict.summary.right" if row.right else "predict.summary.wrong")
