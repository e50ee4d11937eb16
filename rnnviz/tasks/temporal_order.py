"""Temporal order: say in which order two rare symbols came (Hochreiter & Schmidhuber 1997, experiment 6a)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import torch

from rnnviz.i18n import t
from rnnviz.tasks.base import Batch, drawn
from rnnviz.tasks.classification import Classification
from rnnviz.tasks.generated import Generated
from rnnviz.tasks.inputpicture import InputPicture

__all__ = ["TemporalOrder"]

_SYMBOLS = ("a", "b", "c", "d", "X", "Y", "E", "B")
_DISTRACTORS = 4
_X, _START, _END = 4, 6, 7


class TemporalOrder(Classification, Generated):
    """Symbols X or Y stand at two places among distractors; the answer is which of XX, XY, YX, YY it was.

    A sequence begins with E and ends with B. The places lie between 10 and 20 % and between 50 and 60 % of its length,
    as in Hochreiter & Schmidhuber (1997), experiment 6a, where sequences have 100 to 110 symbols. Guessing is right
    once in four.

    Parameters
    ----------
    seq_len : int
        Timesteps a sequence, 10 to 1000.
    seed : int
        Decides the 512 held-out sequences.

    Examples
    --------
    >>> batch = TemporalOrder(seq_len=20).batch(4, torch.Generator().manual_seed(0))
    >>> batch.inputs.shape, batch.targets.shape
    (torch.Size([4, 20, 8]), torch.Size([4]))
    """

    name = "temporal-order"
    input_size = len(_SYMBOLS)
    output_size = 4
    symbols = _SYMBOLS
    classes = ("XX", "XY", "YX", "YY")
    seq_lens = (10, 1000)
    steps = 2000
    defaults: ClassVar[Mapping[str, Any]] = MappingProxyType({"lr": 3e-3})

    def __init__(self, seq_len: int = 40, seed: int = 0) -> None:
        self.source = t("task.temporal_order.source")
        self.metric_name = t("task.temporal_order.metric")
        super().__init__(seq_len, seed)

    def batch(self, batch_size: int, generator: torch.Generator) -> Batch:
        """Draw sequences on the generator's device: inputs one-hot (batch, time, 8), targets (batch,) from 0 to 3."""
        batch_size = drawn(self, batch_size, generator)
        device, length, column = generator.device, self.seq_len, (batch_size, 1)
        symbols = torch.randint(_DISTRACTORS, (batch_size, length), generator=generator, device=device)
        # before the marks: no place of theirs reaches an end, by `seq_lens`
        symbols[:, 0], symbols[:, -1] = _START, _END
        places = [
            torch.randint(length // 10, length // 5 + 1, column, generator=generator, device=device),
            torch.randint(length // 2, 6 * length // 10 + 1, column, generator=generator, device=device),
        ]
        signs = torch.randint(2, (batch_size, 2), generator=generator, device=device)
        symbols.scatter_(1, torch.cat(places, 1), _X + signs)
        sizes = (batch_size, length, len(_SYMBOLS))
        inputs = torch.zeros(sizes, dtype=torch.float32, device=device)  # one_hot would wait for the device
        return Batch(inputs.scatter_(2, symbols[..., None], 1.0), 2 * signs[:, 0] + signs[:, 1])

    def baselines(self) -> dict[str, float]:
        """Return what guessing reaches."""
        return {t("task.temporal_order.chance"): 1 / self.output_size}

    def time_labels(self, sample: int) -> tuple[str, ...]:
        """Return each timestep's symbol."""
        places = self._held_out.inputs[self.probe_index(sample)].argmax(-1)
        return tuple(_SYMBOLS[place] for place in places.tolist())

    def input_picture(self, sample: int) -> InputPicture:
        """Return where X and Y stand, and which of the four answers is right."""
        index = self.probe_index(sample)
        symbols = self._held_out.inputs[index].argmax(-1).tolist()
        return InputPicture(
            words=t("task.temporal_order.reads"),
            key_steps=tuple(step for step, symbol in enumerate(symbols) if symbol in (_X, _X + 1)),
            answer=self.classes[int(self._held_out.targets[index])],
        )
