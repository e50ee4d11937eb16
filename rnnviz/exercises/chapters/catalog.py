"""Every exercise and every prediction of every chapter, by id."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import MappingProxyType, ModuleType

from rnnviz.exercises.answers.experiments import LabExercise
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.answers.specs import Exercise

__all__ = ["EXERCISES", "PREDICTIONS"]


def _chapters() -> Iterator[ModuleType]:
    """The modules of the chapters in their order, each found by its name."""
    names = [found.name for found in walk_packages([str(Path(__file__).parent)], f"{__package__}.")]
    for name in sorted(names, key=lambda name: name.rpartition(".")[2]):
        if name.rpartition(".")[2].startswith("chapter_"):
            yield import_module(name)


_CHAPTERS = tuple(_chapters())

EXERCISES: Mapping[str, Exercise | LabExercise] = MappingProxyType(
    {exercise.id: exercise for chapter in _CHAPTERS for exercise in chapter.EXERCISES}
)

# Id to the key of the right option, or to how a number is judged; the words are looked up when the question is asked.
PREDICTIONS: Mapping[str, str | Number] = MappingProxyType(
    {id: asked for chapter in _CHAPTERS for id, asked in chapter.PREDICTIONS.items()}
)
