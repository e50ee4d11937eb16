"""`saliency`: how much each step of the input moved an answer, by its gradient and by leaving it out."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rnnviz.checks import brief, kind_of
from rnnviz.trace.attribution.inputvectors import Entered, InputVectors
from rnnviz.trace.attribution.question import Question, asked
from rnnviz.trace.isolation.meta import needing_numbers
from rnnviz.trace.isolation.surroundings import ordinary, runnable, untouched
from rnnviz.trace.result.arrays import read_only

__all__ = ["Saliency", "saliency"]

_AT_ONCE = 1024  # sequences answered at once, where steps are left out
_Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Saliency:
    """What each step contributed to a score; made by `saliency`. Arrays are read-only; past a sequence's end is NaN.

    Attributes
    ----------
    gradient_times_input : numpy.ndarray
        The gradient of the score with respect to the step's vector, times that vector, summed; axes (batch, time).
        Positive where the step speaks for the score. Exact; the part that is linear in the step.
    occlusion : numpy.ndarray
        The score less the score with the step's vector set to 0, axes (batch, time): positive as above.
    gradient_norm : numpy.ndarray
        The length of that gradient, axes (batch, time): how much a small change there could do, either way.
    score : numpy.ndarray
        The number that is explained, axis (batch,).

    Examples
    --------
    >>> found = saliency(nn.Sequential(nn.Flatten(), nn.Linear(6, 2)), torch.ones(1, 3, 2), target=0)
    >>> np.allclose(found.gradient_times_input, found.occlusion)  # in a linear model they are the same
    True
    """

    gradient_times_input: _Numbers
    occlusion: _Numbers
    gradient_norm: _Numbers
    score: _Numbers

    __repr__ = brief


def saliency(
    model: nn.Module, *inputs: Any, target: int | Sequence[int] | Tensor | Callable[[Any], Tensor] | None = None
) -> Saliency:
    """Return how much each step of the input moved the score of a class.

    Three answers stand side by side, for they need not agree: the gradient's length says how much a step *could* do
    ([1]_; of words [2]_), gradient × input what it does as far as the model is linear there [3]_, and occlusion what
    changes when the step is not there [4]_. A step is the vector that the model meets: what its embedding gives for a
    token, else the input itself.

    The model runs in eval mode, and is left as it was, bit for bit: mode, gradients, buffers, hooks and random
    generators. Sequences must not depend on one another there.

    Parameters
    ----------
    model
        Any module whose first argument has axes (batch, time) of token numbers, which an ``nn.Embedding`` reads (or
        what a table says of each: several count together), or (batch, time, feature). It need not be recurrent.
    *inputs
        What the model is called with, such as ``*batch.arguments``. An argument of the model with "length" in its name
        says where each sequence ends; without it, tokens at the end that the embedding counts as padding end it.
    target
        Whose score: a class, the same for all sequences or one for each; a function from the model's output to one
        number a sequence, axis (batch,); None for the class that wins. Where the model answers at each step, classes
        are those of a sequence's last step.

    Returns
    -------
    Saliency
        In float64, of ``.gradient_times_input``, ``.occlusion``, ``.gradient_norm``, each (batch, time), and
        ``.score``, (batch,).

    Raises
    ------
    TypeError, ValueError
        If the model is no module, its first input is none of these, no embedding reads the tokens, the target does not
        fit the output, or something lies on the device "meta", which holds no numbers.

    Warns
    -----
    UserWarning
        If the score does not depend on the input as autograd sees it: every gradient is then zero.

    References
    ----------
    .. [1] Simonyan, Vedaldi, Zisserman (2013), Deep inside convolutional networks, arXiv:1312.6034.
    .. [2] Li, Chen, Hovy, Jurafsky (2016), Visualizing and understanding neural models in NLP, NAACL.
    .. [3] Shrikumar, Greenside, Shcherbina, Kundaje (2016), Not just a black box, arXiv:1605.01713.
    .. [4] Zeiler, Fergus (2014), Visualizing and understanding convolutional networks, ECCV.

    Examples
    --------
    >>> from rnnviz.models import SequenceModel
    >>> model = SequenceModel("gru", input_size=4, hidden_size=8, output_size=2, vocabulary=10)
    >>> found = saliency(model, torch.tensor([[3, 5, 2, 0], [7, 2, 0, 0]]), torch.tensor([3, 2]), target=1)
    >>> np.isnan(found.occlusion)
    array([[False, False, False,  True],
           [False, False,  True,  True]])
    """
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, got {kind_of(model)}.")
    source = InputVectors(model, inputs)
    clones = any(one.is_inference() for one in (*model.parameters(), *model.buffers()))
    # untouched outside: what the run needs must be undone before the model is put back
    with (
        needing_numbers(model, inputs),
        untouched(model),
        runnable(model, gradients=True, clones=clones),
        _evaluating(model),
    ):
        given = ordinary(inputs)
        ends = _ends(model, source, given)
        output, entered = source.run(given, without=None, leaves=True)
        plain = len(given) == (1 if ends is None else 2)
        question = asked(target, output, source.batch, source.steps, ends, plain)
        value = question.score(output, source.batch)
        products, lengths = _by_gradient(value, entered, source)
        score = _numbers(value)
        del output, value
        with torch.no_grad():
            padding = _past(source, given, ends)
            occlusion = _by_occlusion(source, question, given)
    for found in (products, lengths, occlusion):
        found[padding] = np.nan
    return Saliency(read_only(products), read_only(occlusion), read_only(lengths), read_only(score))


@contextmanager
def _evaluating(model: nn.Module) -> Iterator[None]:
    """Put the model into eval mode; cuDNN goes back in training mode alone, so its layers drop nothing instead."""
    model.eval()
    with ExitStack() as stack:
        for module in model.modules():
            if isinstance(module, nn.RNNBase) and any(one.is_cuda for one in module.parameters()):
                stack.callback(setattr, module, "dropout", module.dropout)
                module.training, module.dropout = True, 0.0
        yield


def _by_gradient(score: Tensor, entered: list[Entered], source: InputVectors) -> tuple[_Numbers, _Numbers]:
    """Return gradient × input and the gradient's length, axes (batch, time)."""
    vectors = [one.vectors for one in entered]
    gradients: Sequence[Tensor | None] = [None] * len(vectors)
    if score.requires_grad:
        # of the sum: each sequence's score depends on its own steps alone
        gradients = torch.autograd.grad(score.sum(), vectors, allow_unused=True)
    if all(one is None for one in gradients):
        warnings.warn("the score does not depend on the input: every gradient is zero.", stacklevel=3)
    products = torch.zeros(source.batch, source.steps, dtype=torch.float64, device="cpu")
    squares = torch.zeros_like(products)
    for one, gradient in zip(entered, gradients, strict=True):
        if gradient is not None:
            there, back = one.vectors.detach().cpu().double(), gradient.cpu().double()
            one.into(products, (there * back).sum(-1))
            one.into(squares, back.square().sum(-1))
    return products.numpy(), squares.sqrt().numpy()


def _by_occlusion(source: InputVectors, question: Question, given: tuple[Any, ...]) -> _Numbers:
    """Return what each score loses when one step is left out, axes (batch, time), several steps in one batch."""
    batch, steps = source.batch, source.steps
    tiled = question.function is None and all(
        one.dim() > 0 and len(one) == batch for one in given if isinstance(one, Tensor)
    )
    together = max(1, _AT_ONCE // batch - 1) if tiled else 1
    found = np.empty((batch, steps))
    if not tiled:
        whole = _numbers(question.score(source.run(given, without=None, leaves=False)[0], batch))
    for first in range(0, steps, together):
        chosen = range(first, min(first + together, steps))
        # the first copy is whole: a score of another batch may differ in its last bits
        copies = len(chosen) + tiled
        without = torch.zeros(copies, batch, steps, dtype=torch.bool, device=given[0].device)
        for copy, step in enumerate(chosen, start=int(tiled)):
            without[copy, :, step] = True
        many = tuple(_copied(one, copies) for one in given) if tiled else given
        output, _ = source.run(many, without=without.flatten(0, 1), leaves=False)
        scores = _numbers(question.score(output, batch, copies)).reshape(copies, batch)
        found[:, chosen.start : chosen.stop] = ((scores[0] - scores[1:]) if tiled else (whole - scores)).T
    return found


def _copied(value: Any, copies: int) -> Any:
    return value.repeat(copies, *[1] * (value.dim() - 1)) if isinstance(value, Tensor) else value


def _ends(model: nn.Module, source: InputVectors, given: tuple[Any, ...]) -> Tensor | None:
    """Return the lengths of the sequences, where the model takes them and was given them."""
    own = getattr(model, "_orig_mod", model)  # a compiled model takes anything, and hands it on
    names = list(inspect.signature(own.forward).parameters)
    for name, value in zip(names, given, strict=False):
        if "length" in name and isinstance(value, Tensor) and value.shape == (source.batch,):
            return value.detach().long().cpu()
    return None


def _past(source: InputVectors, given: tuple[Any, ...], ends: Tensor | None) -> NDArray[np.bool_]:
    """Return which steps lie past their sequence's end, axes (batch, time)."""
    steps = torch.arange(source.steps, device="cpu")
    if ends is not None:
        return np.asarray(steps >= ends[:, None])
    if source.padding is None:
        return np.zeros((source.batch, source.steps), dtype=bool)
    filled = given[0].cpu() != source.padding
    return np.asarray(steps > (filled * (steps + 1)).amax(1)[:, None] - 1)


def _numbers(score: Tensor) -> _Numbers:
    return score.detach().cpu().double().numpy()
