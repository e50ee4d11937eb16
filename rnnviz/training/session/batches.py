"""Batches: what a run trains on, drawn from its seed; the first is drawn and looked at where the run is built."""

import contextlib
import copy
from collections.abc import Iterator
from dataclasses import replace

import torch

from rnnviz.tasks import Batch
from rnnviz.tasks.batch import within
from rnnviz.training.settings import Settings
from rnnviz.training.taskcheck.checked import CheckedTask

__all__ = ["Batches"]


class Batches:
    """The training batches of one run.

    Parameters
    ----------
    task : CheckedTask
        On ``device``.
    settings : Settings
        Their seed, and the size of the first.
    device : torch.device
        Where they are drawn.

    Raises
    ------
    TypeError, ValueError
        If the first batch does not keep what the task says of itself.

    Examples
    --------
    >>> from rnnviz.tasks import make
    >>> cpu = torch.device("cpu")
    >>> batches = Batches(CheckedTask(make("adding", seq_len=10), cpu), Settings(), cpu)
    >>> len(batches.next(32)), len(batches.next(7))
    (32, 7)
    """

    def __init__(self, task: CheckedTask, settings: Settings, device: torch.device) -> None:
        self._task, self._seed, self._device = task, settings.seed, device
        # of its own: with noise or without, the same batches are drawn
        self._noise = torch.Generator(device).manual_seed(settings.seed + 1)
        self._generator = self._started()
        self._size = settings.batch_size
        self._first: Batch | None = task.batch(self._size, self._generator, closely=True)

    def next(self, size: int) -> Batch:
        """Return the next batch of ``size`` sequences; nothing waits for the device."""
        first, self._first = self._first, None
        if first is None:
            return self._task.batch(size, self._generator)
        if size == self._size:
            return first
        self._generator = self._started()  # as if no batch of another size had ever been drawn
        return self._task.batch(size, self._generator)

    def to(self, task: CheckedTask, device: torch.device, step: int) -> "Batches":
        """Return the batches that come after ``step`` of them, on a device; of another kind it draws others."""
        there = copy.copy(self)
        there._task, there._device, there._first = task, device, None if self._first is None else self._first.to(device)
        for name, one, seed in (("_generator", self._generator, self._seed), ("_noise", self._noise, self._seed + 1)):
            made = torch.Generator(device)
            # each kind of device has numbers of its own: from the seed and the step, so that the same move is the same
            made.set_state(one.get_state()) if one.device.type == device.type else made.manual_seed(seed + step)
            setattr(there, name, made)
        return there

    @contextlib.contextmanager
    def whole_or_not(self) -> Iterator[None]:
        """Draw the same once more where the block is left by an error: a step that was not taken leaves no mark."""
        # the objects too: `next` may put another generator in place
        generators = (self._generator, self._noise)
        states, first = [one.get_state() for one in generators], self._first
        try:
            yield
        except BaseException:
            for one, state in zip(generators, states, strict=True):
                one.set_state(state)
            self._generator, self._first = generators[0], first
            raise

    def noisy(self, batch: Batch, deviation: float) -> Batch:
        """Return the batch with normal noise of that deviation in its inputs; token numbers and padding as they are."""
        inputs = batch.inputs
        if not deviation or not inputs.is_floating_point():
            return batch
        noise = torch.randn(inputs.shape, generator=self._noise, device=inputs.device, dtype=inputs.dtype)
        changed = inputs + deviation * noise
        if batch.lengths is not None:
            valid = within(batch.lengths, inputs.shape[1], inputs.device)
            changed = torch.where(valid.reshape(*valid.shape, *[1] * (inputs.dim() - 2)), changed, inputs)
        return replace(batch, inputs=changed)

    @property
    def coins(self) -> torch.Generator:
        """What decides whether a decoder reads the true token: the noise's generator, as tokens take no noise."""
        return self._noise

    def _started(self) -> torch.Generator:
        return torch.Generator(self._device).manual_seed(self._seed)
