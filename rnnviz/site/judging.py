"""The checker of an exercise that is answered by value, as data: what `judge` says of each answer, told beforehand."""

from collections.abc import Iterable, Iterator
from itertools import combinations, product
from typing import Any

import numpy as np

from rnnviz.exercises import judge
from rnnviz.exercises.answers.specs import Exercise
from rnnviz.exercises.answers.values import plain
from rnnviz.i18n import t

__all__ = ["compiled"]

_CELLS = ("rnn", "lstm", "gru", "bilstm", "attention")
# what may be answered where a rule decides and no value: sets of rows, numbers in order, words in order
_DOMAINS: dict[str, Any] = {
    "10.leak": lambda: _sets(range(6)),
    "13.read-the-clocks": lambda: (
        one for size in (1, 2, 3) for one in product((1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 20, 60), repeat=size)
    ),
    "15.choose": lambda: product(_CELLS, repeat=5),
    "16.honest": lambda: _sets(range(5)),
}
_UNORDERED = {"10.leak", "16.honest"}
_NUMBERS = np.unique(
    np.concatenate(
        [np.arange(-100, 401), np.arange(0, 2501, 10), np.arange(-200, 300) / 100, 10.0 ** np.arange(-12, 5)]
    ).round(12)
)


def compiled(exercise: Exercise) -> dict[str, Any] | None:
    """Return how a page judges an answer; None where only a kernel can.

    Parameters
    ----------
    exercise : Exercise
        One that looks at the answer as it is, not at what a function of the learner's does.

    Returns
    -------
    dict or None
        ``kinds``: the sentence of each kind of answer. Of an answer the page takes the first that fits:
        ``table``, answers and their kinds; ``values``, kind, value, and how far each number may be off;
        ``ranges``, kind and ends, of numbers; else the kind ``other``.

    Examples
    --------
    >>> from rnnviz.exercises.chapters.catalog import EXERCISES
    >>> compiled(EXERCISES["09.spans"])["values"][0]
    ('right', 2.0, 0.0)
    """
    if exercise.observe is not Exercise.__dataclass_fields__["observe"].default:
        return None
    table = list(_table(exercise))
    values = list(_values(exercise))
    ranges = list(_ranges(exercise)) if _of_numbers(exercise) else []
    kinds = {
        "right",
        "unanswered",
        "quoted",
        "other",
        *(kind for _, kind in table),
        *(kind for kind, *_ in [*values, *ranges]),
    }
    return {
        "kinds": {kind: _words(exercise.id, kind) for kind in sorted(kinds)},
        "table": table,
        "unordered": exercise.id in _UNORDERED,
        "values": values,
        "ranges": ranges,
        "button": t("site.check"),
        "placeholder": t("site.check.placeholder"),
    }


def _table(exercise: Exercise) -> Iterator[tuple[Any, str]]:
    domain = _DOMAINS.get(exercise.id)
    for answer in domain() if domain else _telling(exercise):
        kind = judge(exercise.id, answer).hint
        if kind != "other":
            yield answer, kind


def _telling(exercise: Exercise) -> Iterator[Any]:
    """Answers that a rule, where one decides, has among its constants, and small ones beside them."""
    for rule in (exercise.answer, *(mistake.answer for mistake in exercise.mistakes)):
        if callable(rule):
            yield from (one for one in _constants(rule) if one not in ("", None))
    if callable(exercise.answer):
        yield from range(-9, 10)


def _constants(rule: Any) -> Iterator[Any]:
    found = [*rule.__code__.co_consts, *(cell.cell_contents for cell in rule.__closure__ or ())]
    for one in found:
        if isinstance(one, str) and " " in one.strip() and len(one) > 60:
            continue
        if isinstance(one, str | int | float | tuple) and not isinstance(one, bool):
            yield one


def _values(exercise: Exercise) -> Iterator[tuple[str, Any, float]]:
    for kind, value in [("right", exercise.answer), *((one.hint, one.answer) for one in exercise.mistakes)]:
        if not callable(value):
            yield kind, _listed(plain(value)), float(exercise.tolerance)


def _listed(value: Any) -> Any:
    if isinstance(value, str):
        return value
    return np.asarray(value, float).tolist()


def _of_numbers(exercise: Exercise) -> bool:
    rules = any(callable(one.answer) for one in exercise.mistakes)
    return rules and isinstance(exercise.answer, int | float) and not isinstance(exercise.answer, bool)


def _ranges(exercise: Exercise) -> Iterator[tuple[str, float, float]]:
    """Stretches of numbers that are judged alike by a rule."""
    rules = {one.hint for one in exercise.mistakes if callable(one.answer)}
    begun, last, kind = 0.0, 0.0, ""
    for number in [*_near(exercise), None]:
        found = judge(exercise.id, number).hint if number is not None else ""
        found = found if found in rules else ""
        if found != kind:
            if kind:
                yield kind, begun, last
            begun, kind = float(number or 0), found
        last = float(number or 0)


def _near(exercise: Exercise) -> Iterable[Any]:
    """Numbers of all sizes, whole ones as such, and some around what is right."""
    around = float(exercise.answer) * np.array([1e-3, 0.01, 0.1, 0.5, 0.9, 0.99, 1.01, 1.1, 2, 10, 100])
    for number in np.unique(np.concatenate([_NUMBERS, around])):
        yield int(number) if number == int(number) else float(number)


def _sets(numbers: Iterable[int]) -> Iterator[tuple[int, ...]]:
    numbers = list(numbers)
    return (one for size in range(1, len(numbers) + 1) for one in combinations(numbers, size))


def _words(id: str, kind: str) -> str:
    if kind == "right":
        return t("exercise.right", why=t(f"exercise.{id}.right"))
    if kind == "unanswered":
        return t("site.check.unanswered")
    hint = t("site.check.quoted") if kind == "quoted" else t(f"exercise.{id}.{kind}")
    return t("exercise.not_yet", hint=hint)
