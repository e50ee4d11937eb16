"""Batches: what a run trains on, drawn from its seed; the first is drawn and looked at where the run is built."""

import contextlib
from collections.abc import Iterator

import torch
from torch import Tensor

from rnnviz.tasks import Batch, Task
from rnnviz.training.settings import Settings
from rnnviz.training.taskcheck.attribution import Attribution
from rnnviz.training.taskcheck.contract import handed, sequences
from rnnviz.training.taskcheck.sequences import checked_sequences

__all__ = ["Batches"]


class Batches:
    """The training batches of one run.

    Parameters
    ----------
    task : Task
        On ``device``.
    settings : Settings
        Their seed, and the size of the first.
    device : torch.device
        Where they are drawn.
    attribution : Attribution
        Told whenever the task is called.
    dtype : torch.dtype, optional
        Of the numbers in them; the task's own unless given.

    Raises
    ------
    TypeError, ValueError
        If the first batch does not keep what the task says of itself.

    Examples
    --------
    >>> from rnnviz.tasks import make
    >>> batches = Batches(make("adding", seq_len=10), Settings(), torch.device("cpu"), Attribution())
    >>> len(batches.next(32)), len(batches.next(7))
    (32, 7)
    """

    def __init__(
        self,
        task: Task,
        settings: Settings,
        device: torch.device,
        attribution: Attribution,
        dtype: torch.dtype | None = None,
    ) -> None:
        self._task, self._seed, self._device, self._attribution = task, settings.seed, device, attribution
        self._dtype = dtype
        self._noise = torch.Generator(device).manual_seed(settings.seed + 1)
        self._generator = self._started()
        self._size = settings.batch_size
        self._first: Batch | None = attribution.task(checked_sequences, "batch()", task, self._draw(self._size))

    def next(self, size: int) -> Batch:
        """Return the next batch of ``size`` sequences; nothing waits for the device."""
        first, self._first = self._first, None
        if first is None:
            return self._draw(size)
        if size == self._size:
            return first
        self._generator = self._started()  # as if no batch of another size had ever been drawn
        return self._draw(size)

    @contextlib.contextmanager
    def whole_or_not(self) -> Iterator[None]:
        """Draw the same once more where the block is left by an error: a step that was not taken leaves no mark."""
        generators = (self._generator, self._noise)
        states, first = [one.get_state() for one in generators], self._first
        try:
            yield
        except BaseException:
            for one, state in zip(generators, states, strict=True):
                one.set_state(state)
            self._generator, self._first = generators[0], first
            raise

    def noisy(self, inputs: Tensor, deviation: float) -> Tensor:
        """Return the inputs with normal noise of that deviation; token numbers as they are."""
        if not deviation or not inputs.is_floating_point():
            return inputs
        noise = torch.randn(inputs.shape, generator=self._noise, device=inputs.device, dtype=inputs.dtype)
        return inputs + deviation * noise

    def _started(self) -> torch.Generator:
        return torch.Generator(self._device).manual_seed(self._seed)

    def _draw(self, size: int) -> Batch:
        drawn = self._attribution.task(sequences, "batch()", self._task, self._asked, size)
        return handed(drawn.to(self._device), self._dtype)

    def _asked(self, size: int) -> Batch:
        try:
            return self._task.batch(size, self._generator)
        except RuntimeError as error:
            if "device type for generator" not in str(error):
                raise
            raise ValueError(
                f"batch() of the task must draw where the generator is, on {str(self._device)!r}: "
                "pass device=generator.device to what draws."
            ) from error
