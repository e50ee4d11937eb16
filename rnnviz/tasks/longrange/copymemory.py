"""Copy memory: read ten symbols, wait, and say them again (Hochreiter & Schmidhuber 1997; Arjovsky and others 2016)."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

import torch
from torch import Tensor

from rnnviz.i18n import t
from rnnviz.tasks.base import Batch, answered, drawn
from rnnviz.tasks.classification import Classification
from rnnviz.tasks.generated import Generated
from rnnviz.tasks.inputpicture import InputPicture

__all__ = ["CopyMemory"]

_KEPT = 10  # symbols to remember
_LETTERS = "abcdefgh"
_BLANK, _ASKED = len(_LETTERS), len(_LETTERS) + 1


class CopyMemory(Classification, Generated):
    """Ten symbols out of eight, then blanks, then a sign to begin; the last ten answers are to be the ten symbols.

    A sequence of T + 20 timesteps has ten symbols, T − 1 blanks, the sign, and ten blanks; an answer is wanted at each
    timestep, a blank at all but the last ten, as in Arjovsky, Shah & Bengio (2016). The loss is the cross entropy over
    all timesteps. Without a memory nothing is better than to say blanks and then to guess, which makes it
    10 ln 8 / (T + 20) (`memoryless_loss`). The metric is the share of the ten symbols that are right, by guessing 1/8.

    Parameters
    ----------
    seq_len : int
        T + 20 timesteps, 21 to 1000.
    seed : int
        Decides the 512 held-out sequences.

    Examples
    --------
    >>> task = CopyMemory(seq_len=50)
    >>> batch = task.batch(4, torch.Generator().manual_seed(0))
    >>> batch.inputs.shape, batch.targets.shape
    (torch.Size([4, 50, 10]), torch.Size([4, 50]))
    >>> "".join(task.time_labels(0))
    'ccecgedeba·····························?··········'
    >>> round(task.memoryless_loss, 3)
    0.416
    """

    name = "copy-memory"
    input_size = len(_LETTERS) + 2
    output_size = len(_LETTERS) + 1
    each_step = True
    symbols = (*_LETTERS, "·", "?")
    classes = (*_LETTERS, "·")
    seq_lens = (2 * _KEPT + 1, 1000)
    steps = 2000
    defaults: ClassVar[Mapping[str, Any]] = MappingProxyType({"lr": 5e-3})

    def __init__(self, seq_len: int = 50, seed: int = 0) -> None:
        self.source = t("task.copy_memory.source")
        self.metric_name = t("task.copy_memory.metric")
        super().__init__(seq_len, seed)

    @property
    def memoryless_loss(self) -> float:
        """The loss, in nats, of saying blanks and then guessing: the least that is possible without a memory."""
        return _KEPT * math.log(len(_LETTERS)) / self.seq_len

    def batch(self, batch_size: int, generator: torch.Generator) -> Batch:
        """Draw sequences on the generator's device: inputs one-hot (batch, time, 10), targets (batch, time), 0 to 8."""
        batch_size = drawn(self, batch_size, generator)
        device, sizes = generator.device, (batch_size, self.seq_len)
        kept = torch.randint(len(_LETTERS), (batch_size, _KEPT), generator=generator, device=device)
        symbols = torch.full(sizes, _BLANK, dtype=torch.int64, device=device)
        targets = symbols.clone()
        symbols[:, :_KEPT], symbols[:, -_KEPT - 1], targets[:, -_KEPT:] = kept, _ASKED, kept
        inputs = torch.zeros((*sizes, self.input_size), dtype=torch.float32, device=device)  # one_hot would wait for it
        return Batch(inputs.scatter_(2, symbols[..., None], 1.0), targets)

    def judged(self, outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Return the last ten answers: blanks are easily right, and say nothing about a memory."""
        answered(self, outputs, targets, numbers=False)
        return outputs[:, -_KEPT:], targets[:, -_KEPT:]

    def baselines(self) -> dict[str, float]:
        """Return what guessing reaches."""
        return {t("task.copy_memory.chance"): 1 / len(_LETTERS)}

    def time_labels(self, sample: int) -> tuple[str, ...]:
        """Return each timestep's symbol."""
        places = self._held_out.inputs[self.probe_index(sample)].argmax(-1)
        return tuple(self.symbols[place] for place in places.tolist())

    def input_picture(self, sample: int) -> InputPicture:
        """Return where the ten symbols stand, and what they are."""
        kept = self._held_out.targets[self.probe_index(sample), -_KEPT:].tolist()
        return InputPicture(
            words=t("task.copy_memory.reads"),
            key_steps=tuple(range(_KEPT)),
            answer="".join(_LETTERS[one] for one in kept),
        )
