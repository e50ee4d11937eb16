"""The checker of an exercise that is answered by value, as data: what `judge` says of each answer, told beforehand."""

from collections.abc import Iterable, Iterator
from itertools import combinations, permutations, product
from typing import Any

import numpy as np

from rnnviz.exercises import judge
from rnnviz.exercises.answers.specs import Exercise
from rnnviz.exercises.answers.values import plain
from rnnviz.i18n import t

__all__ = ["compiled"]

_MODELS = ("plain", "rnn", "lstm", "gru", "bilstm", "attention")
_CLOCKS = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 20, 60)
# what may be answered where a rule decides and no value: sets of rows, numbers in order, words in order
_DOMAINS: dict[str, Any] = {
    "10.leak": lambda: [*range(6), *_sets(range(6))],
    "13.read-the-clocks": lambda: product(_CLOCKS, repeat=3),
    "16.honest": lambda: [*range(5), *_sets(range(5))],
}
_UNORDERED = {"10.leak", "16.honest"}
_NUMBERS = np.unique(
    np.concatenate(
        [np.arange(-100, 401), np.arange(0, 20001, 100), np.arange(-200, 1301) / 100, 10.0 ** np.arange(-12, 5)]
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
        ``kinds``: the sentence of each kind of answer. Of an answer the page takes the first that fits: ``table``,
        answers and their kinds; ``values``, kind, value, how far each number may be off, that of the right one;
        ``ranges``, kind and ends, of numbers; ``places``, of several words the kind of a wrong one in each place and
        what is right there; ``values``, those of mistakes; ``shapes``, the kind of any number, word, or so many values.

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
    places = list(_places(exercise))
    shapes = dict(_shapes(exercise))
    found = [*(one[1] for one in table), *(str(one[0]) for one in [*values, *ranges, *places]), *shapes.values()]
    return {
        "kinds": {kind: _words(exercise.id, kind) for kind in sorted({"right", "unanswered", "other", *found})},
        "table": table,
        "unordered": exercise.id in _UNORDERED,
        "values": values,
        "ranges": ranges,
        "places": places,
        "shapes": shapes,
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
            for one in _constants(rule):
                yield one
                if isinstance(one, tuple) and 1 < len(one) < 6:
                    # a rule may take them in any order, or leave the first place free
                    yield from permutations(one)
                    yield from ((model, *one[1:]) for model in _MODELS)
    if callable(exercise.answer):
        yield from range(-9, 10)


def _constants(rule: Any) -> Iterator[Any]:
    code = rule.__code__
    named = (rule.__globals__.get(name) for name in code.co_names)
    for one in [*code.co_consts, *(cell.cell_contents for cell in rule.__closure__ or ()), *named]:
        if isinstance(one, str | int | float | tuple) and not isinstance(one, bool):
            yield one
        if isinstance(one, tuple):
            yield from (part for part in one if isinstance(part, str | int | float))


def _places(exercise: Exercise) -> Iterator[tuple[str, list[str]]]:
    """Of an answer of several words: what is said of a wrong one in each place, and which are right there."""
    right = next((one for one in product(_MODELS, repeat=5) if exercise.id == "15.choose" and _is_right(one)), ())
    for place in range(len(right)):
        kinds = {word: judge(exercise.id, (*right[:place], word, *right[place + 1 :])).hint for word in _MODELS}
        wrong = next(kind for kind in kinds.values() if kind != "right")
        yield wrong, [word for word, kind in kinds.items() if kind == "right"]


def _is_right(answer: tuple[str, ...]) -> bool:
    return judge("15.choose", answer).right


def _shapes(exercise: Exercise) -> Iterator[tuple[str, str]]:
    """What is said of a number, a word or so many values, whichever they are."""
    strange = (-987.6, 5432.1)
    probes: dict[str, tuple[Any, Any]] = {"number": strange, "word": ("qqq", "zzz"), "quoted": ("-987", "5432")}
    probes |= {str(size): ((strange[0],) * size, (strange[1],) * size) for size in range(1, 9)}
    for shape, answers in probes.items():
        kinds = {judge(exercise.id, answer).hint for answer in answers}
        if len(kinds) == 1 and (kind := kinds.pop()) not in {"right", "other"}:
            yield shape, kind


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
    right = float(exercise.answer)
    around = np.concatenate([right * np.linspace(0.5, 1.5, 401), right * np.array([1e-3, 0.01, 0.1, 2, 10, 100])])
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
