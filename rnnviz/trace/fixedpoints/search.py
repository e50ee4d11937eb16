"""`fixed_points`: where a layer comes to rest under a constant input, found by descent from states that it visits."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnviz.checks import kind_of, number, shown, text, whole
from rnnviz.trace.fixedpoints.descent import Minima, between, descended, unlike
from rnnviz.trace.fixedpoints.points import FixedPoints
from rnnviz.trace.fixedpoints.stepmap import Numbers, StepMap
from rnnviz.trace.fixedpoints.visited import visited
from rnnviz.trace.result.arrays import read_only

__all__ = ["chosen_starts", "fixed_points", "points_of"]

_MOST = 65536  # starts
_SLOW = 0.1  # of the root mean square speed of the starts: a faster minimum is no place where a state stays


def fixed_points(
    model: nn.Module,
    inputs: Any,
    *,
    n: int = 64,
    tol: float = 1e-6,
    layer: str | None = None,
    constant_input: Any = None,
    seed: int = 0,
) -> FixedPoints:
    """Return the fixed and slow points of a recurrent layer under a constant input, after Sussillo & Barak [1]_.

    With the input held at x̄ a layer is a map of its state, h → F(h, x̄). From states that the model visits on
    ``inputs`` the speed ‖F(h, x̄) − h‖ is descended (its square, by Levenberg and Marquardt's method, all starts at
    once, in double precision on a copy of the weights). Where it ends at 0 the layer rests: a fixed point. Where it
    ends above, at a minimum, the state passes slowly: a slow point, kept if its speed is at most a tenth of the
    starts' root mean square. A second descent begins between the fixed points that the first has found, where
    saddles often lie. Points found twice are kept once. Eigenvalues of the Jacobian dF/dh say what a small
    change becomes: all below 1 in size, it fades, and the point attracts; one above 1, it is a saddle or repels.

    Points that no start leads to are not found; more starts, or inputs that visit more, find more. Where points form
    a line or a ring, several of them stand for it. The model runs once, in eval mode, and is left as it was, bit for
    bit: mode, gradients, buffers, hooks and random generators.

    Parameters
    ----------
    model
        Any module with an ``nn.RNN``, ``nn.LSTM``, ``nn.GRU`` or one of their cells in it, at any depth. An LSTM's
        state is (h, c), joined.
    inputs
        What the model is called with: a tensor, or a tuple of arguments such as ``batch.arguments``.
    n
        How many starts are drawn from the visited states, all of them where they are fewer; the second
        descent has about as many at most.
    tol
        The speed up to which a point counts as fixed.
    layer
        Which layer, by its path as in ``rv.trace(model, x).layers``, where there are several. One of a stack is named
        as torch names its weights: ``"lstm.l1"``, and ``"lstm.l1_reverse"`` for the other direction.
    constant_input
        x̄: None, the default, is the mean of what the layer reads on ``inputs``; 0, or another number, is the same for
        every feature; else an array or a tensor with axis (feature,). A layer behind an embedding reads its vectors.
    seed
        Of the draw.

    Returns
    -------
    FixedPoints
        ``.points`` (point, unit), ``.speeds`` (point,), ``.eigenvalues`` (point, unit), complex, and what is worked
        out of them.

    Raises
    ------
    TypeError, ValueError
        If an argument is none of these, the layer is a registered cell or does not run, or its weights are not finite
        or change from call to call.

    References
    ----------
    .. [1] Sussillo, Barak (2013), Opening the black box: low-dimensional dynamics in high-dimensional recurrent neural
       networks, Neural Computation 25(3), 626-649.

    Examples
    --------
    >>> import torch
    >>> switch = nn.RNN(1, 1, batch_first=True)  # h = tanh(2 h): rests at −0.96, 0 and 0.96
    >>> _ = [nn.init.zeros_(one) for one in switch.parameters()], nn.init.constant_(switch.weight_hh_l0, 2.0)
    >>> _ = nn.init.ones_(switch.weight_ih_l0)
    >>> found = fixed_points(switch, torch.linspace(-1, 1, 50).reshape(10, 5, 1), constant_input=0)
    >>> found
    FixedPoints(rnn, rnn: 3 fixed (2 stable), 0 slow, units=1, largest |eigenvalue|=2)
    >>> np.abs(found.points[:, 0].round(2))
    array([0.96, 0.96, 0.  ])
    """
    given = _checked_inputs(model, inputs)
    n = whole(1, _MOST)("n", n)
    tol = number(0, open_end=True)("tol", tol)
    seed = whole(0, 2**63 - 1)("seed", seed)
    there = visited(model, given, None if layer is None else text("layer", layer))
    held = there.mean if constant_input is None else _checked_constant(constant_input, len(there.mean))
    step = StepMap(there.kind, there.weights, held, there.nonlinearity)
    return points_of(step, chosen_starts(there.states, n, seed), tol, there.name)


def points_of(
    step: StepMap, starts: Numbers, tol: float, name: str, visited_states: Numbers | None = None
) -> FixedPoints:
    """Return what a descent from these starts, axes (start, unit), finds of a map's fixed and slow points.

    Where a descent goes on, ``visited_states`` are where it began: what is slow is measured by their speeds.
    """
    found = _descended_twice(step, starts, tol) if visited_states is None else descended(step, starts)
    begun = starts if visited_states is None else visited_states
    typical = float(np.sqrt(np.square(step(begun).after - begun).sum(1).mean()))
    kept = np.flatnonzero((found.speeds <= tol) | (found.ended & (found.speeds <= _SLOW * typical)))
    kept = kept[np.argsort(found.speeds[kept], kind="stable")]
    kept = kept[unlike(found.states[kept])]
    states, speeds = found.states[kept], found.speeds[kept]
    eigenvalues = np.linalg.eigvals(step(states).jacobian).astype(np.complex128)
    eigenvalues = np.take_along_axis(eigenvalues, np.argsort(-np.abs(eigenvalues), axis=1, kind="stable"), axis=1)
    fixed = speeds <= tol
    order = np.lexsort((np.where(fixed, np.abs(eigenvalues).max(1, initial=0.0), speeds), ~fixed))
    return FixedPoints(
        points=read_only(states[order]),
        speeds=read_only(speeds[order]),
        eigenvalues=read_only(eigenvalues[order]),
        fixed=read_only(fixed[order]),
        layer=name,
        kind=step.kind,
        constant_input=read_only(step.constant),
        hidden_units=step.hidden_units,
    )


def _descended_twice(step: StepMap, starts: Numbers, tol: float) -> Minima:
    first = descended(step, starts)
    second = descended(step, between(first.states[first.speeds <= tol], len(starts)))
    return Minima(*(np.concatenate(one) for one in zip(first, second, strict=True)))


def chosen_starts(states: Numbers, n: int, seed: int) -> Numbers:
    """Return ``n`` of the states, axes (state, unit), no two alike; all of them where they are fewer."""
    known = np.unique(states, axis=0)
    if len(known) <= n:
        return known
    return known[np.sort(np.random.default_rng(seed).choice(len(known), n, replace=False))]


def _checked_inputs(model: Any, inputs: Any) -> tuple[Any, ...]:
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, got {kind_of(model)}.")
    alone = isinstance(inputs, Tensor | PackedSequence)
    given = (inputs,) if alone else tuple(inputs) if isinstance(inputs, tuple | list) else ()
    if not given or not isinstance(given[0], Tensor | PackedSequence):
        raise TypeError(
            f"inputs must be a tensor, or a tuple of what the model is called with that begins with one, got "
            f"{shown(inputs)}."
        )
    return given


def _plain(value: Tensor) -> Tensor:
    """Return a tensor as numpy can have it, which knows no bfloat16."""
    found = value.detach().cpu()
    return found.to(torch.float64) if found.is_floating_point() else found


def _checked_constant(value: Any, features: int) -> Numbers:
    try:
        found: Any = np.asarray(_plain(value) if isinstance(value, Tensor) else value)
        found = found.astype(np.float64) if found.dtype.kind in "fiu" else None
    except (TypeError, ValueError, RuntimeError, OverflowError):
        found = None
    if found is None or found.shape not in ((), (features,)):
        raise TypeError(
            f"constant_input must be None, a number or {features} numbers, one for each feature that the layer reads, "
            f"got {shown(value)}."
        )
    if not np.isfinite(found).all():
        raise ValueError(f"constant_input must be finite, got {shown(value)}.")
    return np.array(np.broadcast_to(found, (features,)))
