"""ProbeSequences: what snapshots trace, with its words; what a learner has typed may be one sequence more."""

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from rnnviz.tasks import Batch, InputPicture
from rnnviz.trace.result.arrays import read_only
from rnnviz.training.snapshots.snapshot import Floats
from rnnviz.training.taskcheck.checked import CheckedTask

__all__ = ["ProbeSequences"]


@dataclass(frozen=True, eq=False)
class ProbeSequences:
    """A probe and what is said of it.

    Parameters
    ----------
    batch : Batch
        On the device; with a text that was typed as the last sequence.
    inputs, targets : numpy.ndarray
        Read-only copies.
    labels, pictures, spans : tuple
        As in a `Snapshot`.
    typed : str
        What was typed, empty where nothing is.
    """

    batch: Batch
    inputs: Floats
    targets: Floats
    labels: tuple[tuple[str, ...] | None, ...]
    pictures: tuple[InputPicture | None, ...]
    spans: tuple[tuple[float, float] | None, ...]
    typed: str = ""

    @classmethod
    def of(cls, task: CheckedTask, size: int) -> "ProbeSequences":
        """Return ``size`` sequences of a task's held-out part."""
        probe = task.probe(size, closely=True)
        samples = range(len(probe))
        return cls(
            probe,
            *_arrays(probe),
            tuple(task.words(sample) for sample in samples),
            tuple(task.picture(sample) for sample in samples),
            tuple(task.span(sample) for sample in samples),
        )

    def with_text(self, task: CheckedTask, text: str) -> "ProbeSequences":
        """Return these sequences with a text as the last one, in place of what was typed before; with none, without."""
        size = len(self.batch) - bool(self.typed)
        probe = self.batch[:size]
        found = {name: getattr(self, name)[:size] for name in ("labels", "pictures", "spans")}
        if text:
            own = task.typed(text)
            probe = probe.followed_by(own)
            picture = next((one for one in found["pictures"] if one is not None), InputPicture())
            found["labels"] += (task.typed_words(own),)
            found["pictures"] += (InputPicture(words=picture.words),)  # nobody knows the answer
            found["spans"] += (None,)
        inputs, targets = _arrays(probe)
        return ProbeSequences(probe, inputs, targets, **found, typed=text)

    def told(self, task: CheckedTask, module: str) -> dict[str, Any]:
        """Return what a snapshot of the layer at a path says of them, by the names of its fields."""
        read, _ = self.batch.read_by(module)
        if read is not self.batch.inputs:
            return self._read_elsewhere(task, module, read)
        return {
            "inputs": self.inputs,
            "targets": self.targets,
            "time_labels": self.labels,
            "input_pictures": self.pictures,
            "spans": self.spans,
            "typed": self.typed,
        }

    def _read_elsewhere(self, task: CheckedTask, module: str, read: Tensor) -> dict[str, Any]:
        """Of a layer that reads no inputs: its own tokens and their words; nobody has drawn a picture of them."""
        words = (task.attribution.task(task.task.words_read_by, module, row) for row in read.tolist())
        return {
            "inputs": _array(read),
            "targets": self.targets,
            "time_labels": tuple(words),
            "input_pictures": (None,) * len(read),
            "spans": (None,) * len(read),
            "typed": self.typed,
        }

    def to(self, device: torch.device) -> "ProbeSequences":
        """Return the same on a device."""
        return replace(self, batch=self.batch.to(device))


def _arrays(probe: Batch) -> tuple[Floats, Floats]:
    """Private copies: what is handed over may go on changing."""
    return _array(probe.inputs), _array(probe.targets)


def _array(values: Tensor) -> Floats:
    return read_only(values.detach().cpu().numpy().copy())
