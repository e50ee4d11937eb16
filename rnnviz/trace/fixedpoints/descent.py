"""Descent of q(h) = ½‖F(h, x̄) − h‖² from many starts at once, by Levenberg and Marquardt's damped Newton steps."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rnnviz.trace.fixedpoints.stepmap import Numbers, StepMap

__all__ = ["Minima", "between", "descended", "unlike"]

_ROUNDS = 200
_SMALLEST, _LARGEST = 1e-12, 1e10  # damping: of Newton's own steps, and of steps too short to matter
_LITTLE = 1e-9  # of a speed: a round that gains no more has come to a minimum
_STILL = 1e-14  # a speed that is rounding alone
_NUMBERS = 2**22  # of Jacobians held at once: 32 MB
_PAIRED = 256  # points between which further starts are made
_SHARES = (0.25, 0.5, 0.75)  # of the way
_APART = 1e-3  # two points nearer than this are one: a point where the map is flat is not known better


class Minima(NamedTuple):
    """Where the descents ended, axes (start, unit), their speeds, and whether each came to a minimum, axis (start,)."""

    states: Numbers
    speeds: Numbers
    ended: np.ndarray


def descended(step: StepMap, starts: Numbers, rounds: int = _ROUNDS) -> Minima:
    """Go down from every start, axes (start, unit), for at most so many rounds."""
    if not len(starts):
        return Minima(starts, np.zeros(0), np.zeros(0, dtype=bool))
    together = max(1, _NUMBERS // step.units**2)
    parts = [_descended(step, starts[first : first + together], rounds) for first in range(0, len(starts), together)]
    return Minima(*(np.concatenate(one) for one in zip(*parts, strict=True)))


def _descended(step: StepMap, starts: Numbers, rounds: int) -> Minima:
    states, damping = starts.copy(), np.full(len(starts), 1e-2)
    after, slopes = step(states)
    left, slopes = after - states, slopes - np.eye(step.units)
    speeds, ended = np.asarray(np.linalg.norm(left, axis=1), np.float64), np.zeros(len(starts), dtype=bool)
    for _ in range(rounds):
        ended |= speeds <= _STILL * (1 + np.linalg.norm(states, axis=1))
        going = np.flatnonzero(~ended)
        if not len(going):
            break
        moves = _moves(slopes[going], left[going], damping[going])
        tried = states[going] + moves
        after, slope = step(tried)
        residual = after - tried
        speed = np.linalg.norm(residual, axis=1)
        better = speed < speeds[going]
        took = going[better]
        gain = 1 - speed[better] / speeds[took]
        states[took], left[took], speeds[took] = tried[better], residual[better], speed[better]
        slopes[took] = slope[better] - np.eye(step.units)
        damping[going] = np.clip(damping[going] * np.where(better, 0.2, 6.0), _SMALLEST, None)
        # a step that gains nothing to speak of, and none that gains anything however short
        ended[took[gain < _LITTLE]] = True
        ended[damping > _LARGEST] = True
    return Minima(states, speeds, ended)


def _moves(slopes: Numbers, left: Numbers, damping: Numbers) -> Numbers:
    """Solve (JᵀJ + λ) δ = −Jᵀr for each start."""
    turned = slopes.transpose(0, 2, 1)
    curvature = turned @ slopes
    # relative to the curvature, so that no matrix is singular to the last bit
    largest = np.maximum(1.0, np.diagonal(curvature, axis1=1, axis2=2).max(1))
    curvature = curvature + (damping * largest)[:, None, None] * np.eye(slopes.shape[1])
    found: Numbers = -np.linalg.solve(curvature, turned @ left[:, :, None])[:, :, 0]
    return found


def unlike(states: Numbers) -> list[int]:
    """Return which states to keep so that no two are the same point; of each the first."""
    kept: list[int] = []
    for number, state in enumerate(states):
        others = states[kept]
        if not (np.linalg.norm(others - state, axis=1) < _APART * (1 + np.linalg.norm(state))).any():
            kept.append(number)
    return kept


def between(states: Numbers, most: int) -> Numbers:
    """Return starts on the way from each unlike state to others, the nearest first: saddles lie between attractors."""
    points = states[unlike(states)][:_PAIRED]
    first, second = np.triu_indices(len(points), 1)
    nearest = np.argsort(np.linalg.norm(points[first] - points[second], axis=1), kind="stable")
    nearest = nearest[: -(-most // len(_SHARES))]
    ways = [points[first[nearest]] * (1 - share) + points[second[nearest]] * share for share in _SHARES]
    found: Numbers = np.concatenate(ways)
    return found
