"""A close look at a task's sequences where a run is built, so that training need not look at any number."""

import torch
from torch import Tensor

from rnnviz.tasks import Batch, Task
from rnnviz.tasks.batch import NO_ANSWER, within

__all__ = ["checked_sequences"]


def checked_sequences(verb: str, task: Task, batch: Batch) -> Batch:
    """Return the batch if it keeps what the task says of itself: length, vocabulary, numbers that are finite.

    Parameters
    ----------
    verb : str
        What has returned it, for the sentence: ``"held_out()"``.
    task : Task
        Whose.
    batch : Batch
        Of the right axes.

    Raises
    ------
    TypeError, ValueError
        If it does not; the sentence says what, where and what to do.

    Examples
    --------
    >>> from rnnviz.tasks import make
    >>> task = make("adding", seq_len=10)
    >>> len(checked_sequences("held_out()", task, task.held_out()))
    512
    """
    steps = batch.inputs.shape[1]
    if steps != task.seq_len:
        raise ValueError(
            f"seq_len of the task is {task.seq_len}, but inputs of {verb} have {steps} timesteps; "
            f"set seq_len = {steps}, or give sequences of {task.seq_len}."
        )
    if task.vocabulary is not None:
        _tokens(verb, batch.inputs, task.vocabulary)
    for name, values in (("inputs", batch.inputs), ("targets", batch.targets)):
        _finite(f"{name} of {verb}", values)
    if task.classes:
        _classes(verb, batch.targets, len(task.classes))
    if task.each_step and batch.aligned and batch.lengths is not None:
        _no_answers_past_the_end(verb, batch, batch.lengths)
    return batch


def _tokens(verb: str, inputs: Tensor, vocabulary: int) -> None:
    if inputs.is_floating_point() or inputs.is_complex() or inputs.dtype == torch.bool:
        raise TypeError(f"inputs of {verb} must be token numbers, got dtype {inputs.dtype}; convert them with .long().")
    low, high = int(inputs.min()), int(inputs.max())
    if low < 0 or high >= vocabulary:
        raise ValueError(
            f"inputs of {verb} must be token numbers from 0 to {vocabulary - 1}, as vocabulary={vocabulary} says, got "
            f"{low} to {high}; number the tokens from 0, or set vocabulary to how many there are."
        )


def _finite(what: str, values: Tensor) -> None:
    bad = ~torch.isfinite(values)
    if bad.any():
        place = tuple(bad.nonzero()[0].tolist())
        names = dict(zip(("sequence", "timestep", "feature"), place, strict=False))
        where = ", ".join(f"{name} {index}" for name, index in names.items())
        raise ValueError(
            f"{what} must be finite numbers, got {values[place].item()} in {where}; "
            "fill such gaps, or leave those sequences out."
        )


def _no_answers_past_the_end(verb: str, batch: Batch, lengths: Tensor) -> None:
    targets = batch.targets
    if targets.is_floating_point() or targets.shape[:2] != batch.inputs.shape[:2]:
        return
    past = ~within(lengths, targets.shape[1], targets.device)
    wrong = (past[(..., *[None] * (targets.dim() - 2))] & (targets >= 0)).nonzero()
    if len(wrong):
        sequence, step = wrong[0, :2].tolist()
        got = int(targets[tuple(wrong[0])])
        raise ValueError(
            f"targets of {verb} must be {NO_ANSWER} past a sequence's end, so that padding asks for no answer, got "
            f"{got} at timestep {step} of sequence {sequence}, which has {int(lengths[sequence])}."
        )


def _classes(verb: str, targets: Tensor, classes: int) -> None:
    if not targets.is_floating_point() and int(targets.max()) >= classes:  # a negative one asks for no answer
        raise ValueError(
            f"targets of {verb} must be classes from 0 to {classes - 1}, as classes says, got {int(targets.max())}; "
            "number the classes from 0, or name all of them in classes."
        )
