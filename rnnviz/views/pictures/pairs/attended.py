"""AttendedTokens: what a picture of an alignment shows of one sequence: rows written, columns read."""

from dataclasses import dataclass

import numpy as np

from rnnviz.i18n import t
from rnnviz.tasks.translation import Written
from rnnviz.training import Snapshot
from rnnviz.views.style import plain, visible

__all__ = ["END", "AttendedTokens", "aligned", "attended_tokens", "of_decoder", "shown"]

END = "⏎"  # in place of the end token, whose name has no room beside a row
_SHARE = 0.5  # the tokens that together hold so much of a row's weight are marked


@dataclass(frozen=True, eq=False)
class AttendedTokens:
    """One sequence's alignment, all rows and columns of the picture filled up with NaN.

    Parameters
    ----------
    source : tuple of str
        Tokens that are read.
    written : tuple of str
        Tokens that are written, as many as the picture has rows for.
    wrong : tuple of bool
        Which of them are mistakes.
    weights : numpy.ndarray
        Axes (row, timestep).
    more : int
        Tokens that are written beyond the last row.
    """

    source: tuple[str, ...]
    written: tuple[str, ...]
    wrong: tuple[bool, ...]
    weights: np.ndarray
    more: int

    @property
    def labels(self) -> tuple[str, ...]:
        """A label a row: a mistake is marked by a sign, not by a colour."""
        return tuple(
            f"✗ {shown(one)}" if bad else shown(one) for one, bad in zip(self.written, self.wrong, strict=True)
        )

    def marked(self, row: int) -> list[int]:
        """Return the source tokens that a row looks at most: as few as hold half of its weight, in order."""
        if row >= len(self.written):
            return []
        weights = self.weights[row, : len(self.source)].astype(float)
        order = np.argsort(-weights, kind="stable")
        # a hair below the half, so that two halves are not three tokens by rounding
        count = int(np.searchsorted(np.cumsum(weights[order]), _SHARE - 1e-6)) + 1
        return sorted(int(one) for one in order[:count])

    @property
    def cells(self) -> tuple[tuple[str, ...], ...]:
        """What each cell is about, axes (row, timestep): the token that is written, and the one it looks at."""
        read, (rows, steps) = [shown(one) for one in self.source], self.weights.shape
        written = [shown(one) for one in self.written]
        blank = ("",) * (steps - len(read))
        lines = [(*(f"{one} ← {other}" for other in read), *blank) for one in written]
        return (*lines, *[("",) * steps] * (rows - len(lines)))

    def sentence(self, row: int) -> str:
        """Return the token of a row, and the source with what it looks at in bold, for plotly."""
        bold = self.marked(row)
        gap = "" if max(map(len, self.source), default=1) <= 1 else " "
        words = (
            f"<b>{shown(one)}</b>" if place in bold else plain(visible(one)) for place, one in enumerate(self.source)
        )
        return f"{shown(self.written[row])} ← {gap.join(words)}"


def aligned(snapshot: Snapshot) -> bool:
    """Return whether the model translates, and looks back by attention."""
    return bool(snapshot.translations) and snapshot.translations[0].alone.weights is not None


def attended_tokens(snapshot: Snapshot, sample: int, *, forced: bool) -> AttendedTokens:
    """Return the alignment of one probe sequence.

    Parameters
    ----------
    snapshot : Snapshot
        Of a model that translates with attention.
    sample : int
        Which sequence.
    forced : bool
        Whether the right tokens are given, where they are known, instead of those that the model wrote.
    """
    if not aligned(snapshot):
        raise ValueError("there is no attention to draw; this picture needs a task of pairs whose network has one.")
    one = snapshot.translations[sample]
    shown_one = one.forced if forced and one.forced is not None else one.alone
    tokens, weights = shown_one.tokens[: _rows(snapshot)], shown_one.weights
    filled = np.full((_rows(snapshot), _columns(snapshot)), np.nan, np.float32)
    if weights is not None:
        filled[: len(tokens), : weights.shape[1]] = weights[: len(tokens)]
    wrong = _wrong(shown_one, one.wanted, all_of_them=shown_one is one.forced)[: len(tokens)]
    return AttendedTokens(one.source, tokens, wrong, filled, len(shown_one.tokens) - len(tokens))


def shown(token: str) -> str:
    """Return a token for plotly; the special ones get a sign or their letters, never markup."""
    if token == "<EOS>":
        return END
    return plain(visible(token)) if token.strip() else t("view.alignment.space")


def of_decoder(snapshot: Snapshot) -> bool:
    """Return whether the score's time is that of what is written, and not of what is read."""
    return snapshot.module.split(".")[0] == "decoder"


def _columns(snapshot: Snapshot) -> int:
    """How many every frame has: the timesteps of the encoder, whichever layer is looked at."""
    longest = max(len(one.source) for one in snapshot.translations)
    return longest if of_decoder(snapshot) else int(snapshot.layer.hidden.shape[3])


def _rows(snapshot: Snapshot) -> int:
    """How many rows every frame has: one more than the longest right target, so that the picture holds still."""
    known = [len(one.wanted) for one in snapshot.translations if one.wanted]
    return 1 + max(known or [len(one.alone.tokens) for one in snapshot.translations])


def _wrong(written: Written, wanted: tuple[str, ...], *, all_of_them: bool) -> tuple[bool, ...]:
    """Which tokens are mistakes; of what a model wrote by itself the first: behind it nothing can be compared."""
    if not wanted:
        return (False,) * len(written.tokens)
    right = [*wanted, *[""] * len(written.tokens)]
    wrong = [one != other for one, other in zip(written.tokens, right, strict=False)]
    if not all_of_them and True in wrong:
        first = wrong.index(True)
        wrong = [place == first for place in range(len(wrong))]
    return tuple(wrong)
