"""Predictions to commit to, and exercises checked on the spot: by value, seeded, with a hint for a wrong answer."""

from rnnviz.exercises.answers.experiments import Goal, LabExercise
from rnnviz.exercises.answers.numeric import Number
from rnnviz.exercises.answers.specs import Exercise, Mistake, Question, Verdict
from rnnviz.exercises.checking import check, judge
from rnnviz.exercises.course import progress
from rnnviz.exercises.guess import Guess, predict
from rnnviz.exercises.summary import predictions

__all__ = [
    "Exercise",
    "Goal",
    "Guess",
    "LabExercise",
    "Mistake",
    "Number",
    "Question",
    "Verdict",
    "check",
    "judge",
    "predict",
    "predictions",
    "progress",
]
