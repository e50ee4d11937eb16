"""One step of a recurrent layer under a constant input, as a map of its state alone, and the map's Jacobian.

In double precision and plain numpy, for many states at once: nothing of torch's modes is asked or changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Numbers", "Step", "StepMap"]

Numbers = NDArray[np.float64]


class Step(NamedTuple):
    """States one step on, axes (state, unit), and d(after)/d(before), axes (state, to, from)."""

    after: Numbers
    jacobian: Numbers


@dataclass(frozen=True, eq=False)
class StepMap:
    """h → F(h, x̄) of a layer, whose weights and gates are torch's; of an LSTM the state is (h, c), joined.

    Parameters
    ----------
    kind : str
        ``"rnn"``, ``"lstm"`` or ``"gru"``.
    weights : mapping of str to numpy.ndarray
        ``W_ih`` and ``W_hh``, and those of ``b_ih``, ``b_hh`` and ``W_hr`` that there are.
    constant : numpy.ndarray
        The input x̄, axis (feature,).
    nonlinearity : str
        ``"tanh"`` or ``"relu"``: what a plain RNN applies.

    Examples
    --------
    >>> halving = StepMap("rnn", {"W_ih": np.zeros((1, 1)), "W_hh": np.array([[0.5]])}, np.zeros(1), "relu")
    >>> halving(np.array([[8.0]])).after
    array([[4.]])
    """

    kind: str
    weights: Mapping[str, Numbers]
    constant: Numbers
    nonlinearity: str = "tanh"

    def __call__(self, states: Numbers) -> Step:
        """Return where the states, axes (state, unit), are one step later, and the Jacobian there."""
        with np.errstate(over="ignore", under="ignore"):
            return _STEPS[self.kind](self, states)

    @property
    def hidden_units(self) -> int:
        """How many numbers of a state are h: all but an LSTM's c."""
        return int(self.weights["W_hh"].shape[1])

    @property
    def units(self) -> int:
        """How many numbers a state is."""
        return self.hidden_units + (self.weights["W_hh"].shape[0] // 4 if self.kind == "lstm" else 0)

    @property
    def drive(self) -> Numbers:
        """What the constant input adds before the nonlinearities, axis (gate·unit,)."""
        given: Numbers = self.weights["W_ih"] @ self.constant + self.weights.get("b_ih", 0.0)
        return given


def _rnn(step: StepMap, h: Numbers) -> Step:
    W = step.weights["W_hh"]
    a = step.drive + _from_state(step, h)
    after = np.maximum(a, 0.0) if step.nonlinearity == "relu" else np.tanh(a)
    slope = np.heaviside(a, 0.0) if step.nonlinearity == "relu" else 1 - after**2
    return Step(after, slope[:, :, None] * W)


def _gru(step: StepMap, h: Numbers) -> Step:
    """Return (1 − z) n + z h with n = tanh(x_n + r h_n), as `rnnviz.cells.gru_state` has it."""
    x_r, x_z, x_n = np.split(step.drive, 3)
    h_r, h_z, h_n = np.split(_from_state(step, h), 3, axis=1)
    W_r, W_z, W_n = np.split(step.weights["W_hh"], 3)
    r, z = _sigmoid(x_r + h_r), _sigmoid(x_z + h_z)
    n = np.tanh(x_n + r * h_n)
    to_n = (1 - z) * (1 - n**2)
    parts = ((to_n * h_n * r * (1 - r), W_r), ((h - n) * z * (1 - z), W_z), (to_n * r, W_n))
    jacobian = sum(scale[:, :, None] * W for scale, W in parts) + z[:, :, None] * np.eye(h.shape[1])
    return Step((1 - z) * n + z * h, jacobian)


def _lstm(step: StepMap, state: Numbers) -> Step:
    """Return c' = f c + i g and h' = W_hr (o tanh c'), as `rnnviz.cells.lstm_state` has it."""
    h, c = np.split(state, [step.hidden_units], axis=1)
    i, f, g, o = np.split(step.drive + _from_state(step, h), 4, axis=1)
    i, f, g, o = _sigmoid(i), _sigmoid(f), np.tanh(g), _sigmoid(o)
    after = f * c + i * g
    squashed = np.tanh(after)
    scales = (g * i * (1 - i), c * f * (1 - f), i * (1 - g**2), squashed * o * (1 - o))
    by_i, by_f, by_g, by_o = (
        scale[:, :, None] * W for scale, W in zip(scales, np.split(step.weights["W_hh"], 4), strict=True)
    )
    to_c, keep = by_i + by_f + by_g, f[:, :, None] * np.eye(f.shape[1])
    slope = (o * (1 - squashed**2))[:, :, None]
    h_from_h, h_from_c, shown = slope * to_c + by_o, slope * keep, o * squashed
    if "W_hr" in step.weights:
        W_hr = step.weights["W_hr"]
        h_from_h, h_from_c, shown = W_hr @ h_from_h, W_hr @ h_from_c, shown @ W_hr.T
    rows = np.concatenate([h_from_h, h_from_c], 2), np.concatenate([to_c, keep], 2)
    return Step(np.concatenate([shown, after], 1), np.concatenate(rows, 1))


def _from_state(step: StepMap, h: Numbers) -> Numbers:
    found: Numbers = h @ step.weights["W_hh"].T + step.weights.get("b_hh", 0.0)
    return found


def _sigmoid(a: Numbers) -> Numbers:
    found: Numbers = 0.5 * (1 + np.tanh(0.5 * a))
    return found


_STEPS: Mapping[str, Callable[[StepMap, Numbers], Step]] = {"rnn": _rnn, "gru": _gru, "lstm": _lstm}
