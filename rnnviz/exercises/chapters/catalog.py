"""Every exercise and every prediction of every chapter, by id."""

from collections.abc import Mapping
from types import MappingProxyType

from rnnviz.exercises.answers.experiments import LabExercise
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.answers.specs import Exercise
from rnnviz.exercises.chapters import (
    chapter_00,
    chapter_01,
    chapter_02,
    chapter_03,
    chapter_04,
    chapter_05,
    chapter_06,
    chapter_07,
    chapter_08,
    chapter_09,
    chapter_10,
    chapter_11,
)

__all__ = ["EXERCISES", "PREDICTIONS"]

_CHAPTERS = (
    chapter_00,
    chapter_01,
    chapter_02,
    chapter_03,
    chapter_04,
    chapter_05,
    chapter_06,
    chapter_07,
    chapter_08,
    chapter_09,
    chapter_10,
    chapter_11,
)

EXERCISES: Mapping[str, Exercise | LabExercise] = MappingProxyType(
    {exercise.id: exercise for chapter in _CHAPTERS for exercise in chapter.EXERCISES}
)

# Id to the key of the right option, or to how a number is judged; the words are looked up when the question is asked.
PREDICTIONS: Mapping[str, str | Number] = MappingProxyType(
    {id: asked for chapter in _CHAPTERS for id, asked in chapter.PREDICTIONS.items()}
)
