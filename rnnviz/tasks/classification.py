"""Classification: a task that asks for classes: what its training makes small, and the share that is right."""

from torch import Tensor
from torch.nn import functional

from rnnviz.tasks.base import Task, answered

__all__ = ["Classification", "accuracy", "entropy"]


class Classification(Task):
    """Answers are scores, one a class; they are asked for once a sequence, or at each timestep.

    The metric is that of the answers that `Task.judged` picks.
    """

    higher_is_better = True

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the cross entropy of an answer, in nats, over the places where one is wanted."""
        answered(self, outputs, targets, numbers=False)
        return entropy(outputs.flatten(0, -2), targets.flatten())

    def metric(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Return the share of right answers among those that are wanted."""
        answered(self, outputs, targets, numbers=False)
        return accuracy(*self.judged(outputs, targets))


def entropy(outputs: Tensor, targets: Tensor) -> Tensor:
    """Return the cross entropy, in nats, of answers (n, class) and the numbers of the right ones (n,).

    Where -100 stands in the place of a right one, no answer is wanted, and none counts.
    """
    try:
        # torch takes int64 alone, and leaves out NO_ANSWER by itself
        return functional.cross_entropy(outputs, targets.long())
    except IndexError as error:  # raised where the device is not waited for
        raise ValueError(f"targets must be classes from 0 to {outputs.shape[1] - 1}, {error}") from None


def accuracy(outputs: Tensor, targets: Tensor) -> Tensor:
    """Return the share of right answers (…, class) among those that are wanted (…,): see `entropy`."""
    # no answer is a negative class: it is never the right one
    return (outputs.argmax(-1) == targets).float().sum() / (targets >= 0).sum()
