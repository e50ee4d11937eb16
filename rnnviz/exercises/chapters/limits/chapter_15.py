"""Exercises and predictions of chapter 15, Best practice."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.exercises.answers.experiments import Goal, LabExercise
from rnnviz.exercises.answers.measures import held_out, setting, steps
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.answers.specs import Exercise, Mistake
from rnnviz.exercises.answers.trials import Trial, only_there, tried_on
from rnnviz.exercises.answers.values import same

__all__ = ["EXERCISES", "PREDICTIONS"]

PREDICTIONS = {"15.range": Number(within=12), "15.winner": "c"}

_Pairs = Sequence[tuple[str, str]]
_BANANA: _Pairs = (("a", "n"), ("b", "an"), ("an", "a"))
_WORDS: Sequence[tuple[str, _Pairs]] = (
    ("banana", _BANANA),
    ("lowest", (("e", "s"), ("es", "t"), ("l", "o"), ("lo", "w"))),
    ("aaaaa", (("a", "a"), ("aa", "aa"))),
    ("nothing", (("x", "y"),)),
)


def _merged(word: str, merges: _Pairs) -> list[str]:
    pieces = list(word)
    for pair in merges:
        joined: list[str] = []
        for piece in pieces:
            if joined and (joined[-1], piece) == pair:
                joined[-1] += piece
            else:
                joined.append(piece)
        pieces = joined
    return pieces


def _written(pieces: Any) -> Any:
    """Return pieces as one text with dots between them, and anything else as it came."""
    listed = isinstance(pieces, list | tuple) and pieces and all(isinstance(one, str) for one in pieces)
    return "·".join(pieces) if listed else pieces


def _taken_apart(place: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Hand a word and merges over in place of the number that stands for them: trials know numbers alone."""
    word, merges = _WORDS[place]
    return lambda function: lambda _word: _written(function(word, list(merges)))


_MERGE_RESULTS: Sequence[Any] = [_written(_merged(word, merges)) for word, merges in _WORDS]
_MERGE_TRIALS = [
    Trial({"word": np.asarray(float(place))}, result, _taken_apart(place))
    for place, result in enumerate(_MERGE_RESULTS)
]
_MERGES = Exercise(
    "15.merges",
    _MERGE_RESULTS[0],
    observe=tried_on(_MERGE_TRIALS, 0),
    mistakes=(
        Mistake("one-size", only_there),
        Mistake("letters", "b·a·n·a·n·a"),
        Mistake("first-only", "ban·a·n·a"),
        Mistake("backwards", "b·an·an·a"),
        Mistake("joined", "banana"),
    ),
)


def _shared(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Return how many words two texts share; one that stands twice in both counts twice."""
    return float(sum(min((one == word).sum(), (other == word).sum()) for word in set(one.tolist())))


def _f1(shared: float, candidate: int, reference: int) -> float:
    return 2 * shared / (candidate + reference)


def _texts(candidate: list[int], reference: list[int]) -> Trial:
    inputs = {"candidate": np.array(candidate), "reference": np.array(reference)}
    score = _f1(_shared(*inputs.values()), len(candidate), len(reference))
    return Trial(inputs, np.asarray(score), _as_lists)


def _as_lists(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *texts: function(*([f"w{int(word)}" for word in text] for text in texts))


_ROUGE_TRIALS = [
    _texts([1, 2, 2, 2, 3, 4], [1, 2, 2, 5, 6, 7, 8, 3]),
    _texts([4, 4, 4], [4, 5]),
    _texts([1, 2], [3, 4, 5]),
    _texts([6, 7, 8, 9, 9], [9, 9, 8, 7, 6]),
]
# five words of the candidate stand in the reference, four of them with a partner of their own
_ROUGE = Exercise(
    "15.rouge",
    _ROUGE_TRIALS[0].expected,
    tolerance=1e-6,
    observe=tried_on(_ROUGE_TRIALS, 1e-6),
    mistakes=(
        Mistake("one-size", only_there),
        Mistake("unclipped", _f1(5, 6, 8)),
        Mistake("precision", 4 / 6),
        Mistake("recall", 4 / 8),
        Mistake("distinct", lambda answer: any(same(answer, wrong, 1e-6) for wrong in (_f1(3, 6, 8), _f1(3, 4, 7)))),
        Mistake("percent", 100 * _f1(4, 6, 8)),
    ),
)

# What won in the chapters, by case: 08, 12, 13, 09, and for the last what cannot be had
_CASES: Mapping[str, tuple[str, ...]] = {
    "surnames": ("plain",),
    "adding": ("gru",),
    "copy": ("attention",),
    "addresses": ("bilstm",),
    "typing": ("lstm", "gru", "rnn"),
}
_GUIDE = ("gru", "lstm", "attention", "bilstm", "bilstm")


def _five(answer: Any) -> tuple[str, ...] | None:
    """Return five words as they are compared, None for anything else."""
    if not isinstance(answer, list | tuple) or len(answer) != len(_CASES):
        return None
    return tuple(one for one in answer if isinstance(one, str)) if all(isinstance(one, str) for one in answer) else None


def _wins(answer: Any, case: str) -> bool:
    words = _five(answer)
    return words is not None and words[list(_CASES).index(case)] in _CASES[case]


def _loses(case: str) -> Callable[[Any], bool]:
    return lambda answer: _five(answer) is not None and not _wins(answer, case)


_CHOOSE = Exercise(
    "15.choose",
    lambda answer: all(_wins(answer, case) for case in _CASES),
    mistakes=(
        Mistake("guide", lambda answer: _five(answer) in (_GUIDE, ("rnn", *_GUIDE[1:]))),
        *(Mistake(case, _loses(case)) for case in _CASES),
    ),
)

_LINES = Exercise(
    "15.lines",
    "dropout",
    mistakes=(
        Mistake("layers", "layers"),
        Mistake("lr", "lr"),
        Mistake("hidden", lambda answer: answer in ("hidden", "hidden_size")),
    ),
)

_BY_RATE = LabExercise(
    "15.by-rate",
    goals=(
        Goal("score", held_out, lambda share: share >= 0.8, written="{:.1f}".format),
        Goal("units", setting("hidden_size"), lambda units: units == 16),
        Goal("optimizer", setting("optimizer"), lambda optimizer: optimizer == "sgd"),
        Goal("time", steps, lambda done: done <= 300),
    ),
    task="digits",
    mistakes=(
        Mistake("untrained", lambda snapshot: steps(snapshot) < 20),
        Mistake("bigger", lambda snapshot: snapshot.settings.hidden_size != 16),
        Mistake("longer", lambda snapshot: steps(snapshot) > 300),
        Mistake("another", lambda snapshot: snapshot.settings.optimizer != "sgd"),
        Mistake("slow", lambda snapshot: snapshot.settings.lr < 0.15),
        Mistake("wild", lambda snapshot: snapshot.settings.lr > 10),
    ),
)

EXERCISES = (_MERGES, _ROUGE, _CHOOSE, _LINES, _BY_RATE)
