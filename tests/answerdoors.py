"""The public doors of exercises, and of what stands in a chapter beside its labs."""

from rnnviz import exercises, notebook
from rnnviz.exercises import Exercise, Goal, LabExercise, Mistake, Number, judge
from tests.doors import Door

__all__ = ["answer_doors"]


def answer_doors() -> dict[str, Door]:
    """Return them by name."""
    goal = Goal("loss", lambda snapshot: 1.0, lambda value: value < 2)
    return {
        "judge": Door(judge, {"id": "01.parameter-count", "answer": 160}, {"id": ("exercise",)}),
        "predictions": Door(exercises.predictions, {}),
        "scale": Door(notebook.scale, {"takes": "two minutes"}),
        "data_button": Door(notebook.data_button, {"name": "addresses"}),
        "Mistake": Door(Mistake, {"hint": "count again", "answer": 3}),
        "Number": Door(Number, {"answer": 3.0, "factor": None, "within": 0.5}),
        "Exercise": Door(Exercise, {"id": "01.own", "answer": 3.0, "tolerance": 0.1, "mistakes": ()}),
        "Goal": Door(
            Goal, {"name": "loss", "measure": lambda snapshot: 1.0, "holds": lambda value: True, "written": str}
        ),
        "LabExercise": Door(LabExercise, {"id": "01.own", "goals": (goal,), "task": "adding", "compared": False}),
    }
