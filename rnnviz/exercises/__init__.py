"""Predictions to commit to, and exercises checked on the spot: by value, seeded, with a hint for a wrong answer."""

from rnnviz.exercises.answers.specs import Exercise, Mistake, Question, Verdict
from rnnviz.exercises.checking import check, judge
from rnnviz.exercises.guess import Guess, predict

__all__ = ["Exercise", "Guess", "Mistake", "Question", "Verdict", "check", "judge", "predict"]
