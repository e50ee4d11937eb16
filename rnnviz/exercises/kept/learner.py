"""Whether a learner reads along: then options stand in an order of her own, which stays while the kernel runs."""

import os
import random
import sys
from collections.abc import Sequence

__all__ = ["order_of", "reads_along"]

VARIABLE = "RNNVIZ_LEARNER"  # 0: nobody learns here, a program runs the notebook; 1: somebody does

_orders: dict[str, tuple[str, ...]] = {}


def reads_along() -> bool:
    """Say whether the running cell has a reader, who could answer a question of Python's.

    nbval, nbclient and ``jupyter execute`` run a notebook without one, a script has no cell. The environment variable
    ``RNNVIZ_LEARNER`` decides where it is set to 0 or 1.
    """
    if (told := os.environ.get(VARIABLE)) in {"0", "1"}:
        return told == "1"
    if "IPython" not in sys.modules:
        return False
    from rnnviz.lab.lifetime.rerun import running_cell  # a script needs no widgets to ask a question

    cell = running_cell()
    return cell is not None and cell.attended


def order_of(question: str, keys: Sequence[str], kept: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the order in which a question shows its options: as written, and for a learner shuffled once.

    Parameters
    ----------
    question : str
        Its id or its words: the same question stands in the same order until the kernel ends.
    keys : sequence of str
        The options as they are written.
    kept : sequence of str
        The order of an earlier day, which is taken where it still fits.
    """
    if not reads_along():
        return tuple(keys)
    if sorted(kept) == sorted(keys):
        _orders[question] = tuple(kept)
    known = _orders.get(question, ())
    if sorted(known) != sorted(keys):
        # a generator of its own: nobody's seeded numbers may depend on a question
        known = tuple(random.Random(os.urandom(8)).sample(list(keys), len(keys)))
        _orders[question] = known
    return known
