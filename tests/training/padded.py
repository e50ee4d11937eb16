"""Tasks whose sequences are of unequal length, for the tests of everything that meets padding."""

import torch

from rnnviz.tasks import Batch, Task
from rnnviz.tasks.batch import NO_ANSWER, within
from rnnviz.tasks.classification import accuracy, entropy

STEPS = 9
LETTERS = ("", "a", "b", "c", "d", "e")  # the first is padding


class FirstLetter(Task):
    """Read letters, one to ``longest`` of them, and say whether the first comes early in the alphabet."""

    name, vocabulary, input_size, output_size, seq_len = "first-letter", 6, 3, 2, STEPS
    metric_name, higher_is_better, steps, symbols, classes = "accuracy", True, 40, LETTERS, ("early", "late")

    def __init__(self, longest=STEPS):
        self.longest = longest
        self._held_out = self.batch(40, torch.Generator().manual_seed(0))

    def batch(self, batch_size, generator):
        at = {"generator": generator, "device": generator.device}
        lengths = torch.randint(1, self.longest + 1, (batch_size,), **at)
        letters = torch.randint(1, 6, (batch_size, STEPS), **at)
        valid = within(lengths, STEPS, generator.device)
        return Batch(letters * valid, self.targets(letters, valid), lengths.cpu())

    def targets(self, letters, valid):
        return (letters[:, 0] > 3).long()

    def held_out(self):
        return self._held_out

    def loss(self, outputs, targets):
        return entropy(outputs.flatten(0, -2), targets.flatten())

    def metric(self, outputs, targets):
        return accuracy(outputs, targets)

    def time_labels(self, sample):
        return [self.symbols[number] for number in self._held_out.inputs[self.probe_index(sample)].tolist()]


class EachLetter(FirstLetter):
    """Say of each letter whether it comes early in the alphabet."""

    name, each_step = "each-letter", True

    def targets(self, letters, valid):
        return torch.where(valid, (letters > 3).long(), NO_ANSWER)


class Sum(FirstLetter):
    """Read numbers and say their sum."""

    name, vocabulary, input_size, output_size, symbols, classes = "sum", None, 2, 1, (), ()
    higher_is_better = False

    def batch(self, batch_size, generator):
        at = {"generator": generator, "device": generator.device}
        lengths = torch.randint(1, self.longest + 1, (batch_size,), **at)
        numbers = torch.rand(batch_size, STEPS, 2, **at) * within(lengths, STEPS, generator.device)[..., None]
        return Batch(numbers, numbers.sum((1, 2))[:, None] / 3, lengths.cpu())

    def loss(self, outputs, targets):
        return (outputs - targets).square().mean()

    def metric(self, outputs, targets):
        return (outputs - targets).abs().mean()

    def time_labels(self, sample):
        return None


PADDED = (FirstLetter, EachLetter, Sum)
