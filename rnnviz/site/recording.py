"""What a chapter's kernel does for its page: it keeps the labs that were shown, trains them on, saves replays."""

import contextlib
import json
import time
from pathlib import Path
from typing import Any

from rnnviz import files
from rnnviz.exercises.answers.numeric import Number, NumberQuestion
from rnnviz.exercises.answers.specs import Question
from rnnviz.exercises.chapters.catalog import PREDICTIONS
from rnnviz.lab.replay.form import Form, formed
from rnnviz.site.scenes import Scene, scene_of

__all__ = ["Recorder"]

_CHUNK = 10  # steps between two looks at the clock


class Recorder:
    """The labs of one chapter, and what its experiments gave.

    Parameters
    ----------
    folder : str
        Where replays and the record are written.
    chapter : str
        The chapter's two figures.
    shared : str
        As for `Form`.
    room : int
        Bytes that all replays of the chapter may take together.
    """

    def __init__(self, folder: str, chapter: str, shared: str, room: int) -> None:
        self._folder, self._chapter, self._shared, self._room = Path(folder), chapter, shared, room
        self._labs: dict[str, Any] = {}
        self._told: dict[str, dict[str, Any]] = {}

    def keep(self, cell: str, lab: Any) -> None:
        """Keep the lab that a cell has shown: its replay is saved when the chapter has run."""
        self._labs[cell] = lab

    def tell(self, id: str, measured: dict[str, Any]) -> None:
        """Note what came of a prediction, as `Guess.reveal` is given it."""
        asked = PREDICTIONS[id]
        if isinstance(asked, Number):
            question = NumberQuestion.from_words(id, asked)
            self._told[id] = {"measured": question.measured(measured), "why": question.why(**measured)}
        else:
            self._told[id] = {"why": Question.from_words(id, asked).why(**measured)}

    def finish(self) -> None:
        """Train what has not been trained, save every replay, and write the record."""
        form = Form(self._room // max(1, len(self._labs)), self._shared)
        saved = [cell for cell, lab in self._labs.items() if self._saved(cell, lab, form)]
        record = json.dumps({"told": self._told, "replays": saved}).encode()
        files.write(self._folder / f"{self._chapter}.json", lambda file: file.write(record))

    def _saved(self, cell: str, lab: Any, form: Form) -> bool:
        """Save a lab's replay; return whether there was one to save."""
        # a lab that its chapter has closed, one whose loss is no number any more, a loop that is somebody else's: each
        # is shown as far as it has come
        with contextlib.suppress(Exception):
            for scene in scene_of(self._chapter, cell):
                _play(lab, scene)
        path = self._folder / f"{self._chapter}-{cell}.html"
        try:
            with formed(form):
                lab.save_replay(path)
        except RuntimeError:  # nothing was trained
            return False
        return True


def _play(lab: Any, scene: Scene) -> None:
    """Turn knobs, then train to a step, or as far as time allows."""
    # of this process: what else the machine is busy with must not shorten what is seen
    ends = time.process_time() + scene.seconds
    if scene.knobs:
        lab.set(**scene.knobs)
    while (left := scene.until - _step(lab)) > 0 and time.process_time() < ends:
        before = _step(lab)
        lab.train(min(_CHUNK, left))
        if _step(lab) == before:
            return


def _step(lab: Any) -> int:
    return int(lab.snapshot().step)
