"""Measured: where the quantities are in a snapshot's weights that two settings set, and training moves on."""

from typing import Any

import numpy as np

__all__ = ["forget_bias", "measured", "radius"]

_GATES = {"rnn": 1, "lstm": 4, "gru": 3}
_KEEPING = 1  # i f g o and r z n: the gate that keeps the state is the second of both
_WIDEST = 256  # units whose eigenvalues are looked for


def measured(snapshot: Any, name: str) -> float | None:
    """Return, to two decimals, what a setting that was never set stands for; None where there is no such thing."""
    find = {"forget_bias": forget_bias, "rho": radius}.get(name)
    found = None if find is None else find(snapshot)
    return None if found is None else round(found, 2) + 0.0  # no −0


def forget_bias(snapshot: Any) -> float | None:
    """Return the mean bias of the gate that keeps the state, over units, layers and directions; None without one."""
    cell = "" if snapshot.settings is None else snapshot.settings.cell
    sums = [
        one + snapshot.weights[name.replace("bias_ih", "bias_hh")]
        for name, one in snapshot.weights.items()
        if _own(snapshot, name, "bias_ih") and name.replace("bias_ih", "bias_hh") in snapshot.weights
    ]
    if cell not in ("lstm", "gru") or not sums or any(len(one) % _GATES[cell] for one in sums):
        return None
    return float(np.mean([np.split(one, _GATES[cell])[_KEEPING].mean() for one in sums]))


def radius(snapshot: Any) -> float | None:
    """Return the largest spectral radius among the recurrent matrices of all gates, layers and directions."""
    matrices = [one for name, one in snapshot.weights.items() if _own(snapshot, name, "weight_hh")]
    units = [one.shape[1] for one in matrices if one.ndim == 2 and one.shape[0] % one.shape[1] == 0]
    if not matrices or len(units) < len(matrices) or max(units) > _WIDEST:
        return None
    blocks = [block for one in matrices for block in np.split(one.astype(np.float64), len(one) // one.shape[1])]
    if not all(np.isfinite(block).all() for block in blocks):
        return None
    return max(float(np.abs(np.linalg.eigvals(block)).max()) for block in blocks)


def _own(snapshot: Any, name: str, kind: str) -> bool:
    path, _, last = name.rpartition(".")
    return path == snapshot.module and last.startswith(kind)
