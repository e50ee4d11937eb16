"""What a capture costs beside the training step it explains, and beside the loop that people write instead."""

from collections.abc import Callable, Iterator, Sequence

import torch

from rnnviz.bench.instruments.memory import peak_bytes
from rnnviz.bench.instruments.report import Cell, Table
from rnnviz.bench.instruments.timing import interleaved
from rnnviz.bench.measures.rivals import Rivals, Shape
from rnnviz.models import CELLS

__all__ = ["GROWN_FROM", "SHAPES", "SMALL", "tables"]

SMALL = (Shape(32, 100, 2, 64), Shape(16, 100, 32, 128))
SHAPES = (Shape(32, 100, 2, 64), Shape(64, 200, 8, 64), Shape(16, 100, 32, 128), Shape(64, 512, 64, 512))
GROWN_FROM = Shape(32, 100, 2, 64)
_COST_COLUMNS = ("cell", "(B, T, I, H)", "capture ÷ plain", "unrolled ÷ plain", "unrolled ÷ capture", "plain ms")
_MEMORY_COLUMNS = ("cell", "(B, T, I, H)", "capture ÷ plain", "plain MB")
_GROWTH_COLUMNS = ("cell", "grown", "capture ×2", "plain ×2", "capture ×4", "plain ×4")
_COST_NOTE = (
    "plain: forward, loss, backward, Adam on the fused layer. capture: rnnviz.trace with a loss, whole batch, to\n"
    "numpy (on CUDA nobody reads the arrays, so they stay there). unrolled: nn.*Cell in a loop with retain_grad,\n"
    "states and gradients to numpy (it has neither gates nor the direct gradient). The loss reads every step: no\n"
    "gradient vanishes into slow denormal numbers.\n"
    "Goals: capture ≤ 2.0 × plain on a CPU, ≤ 1.5 × on CUDA; unrolled at (32, 100, 2, 64) and\n"
    "(16, 100, 32, 128) ≥ 2.5 × capture on a CPU, ≥ 10 × on CUDA."
)
_TAP_COLUMNS = ("cell", "(B, T, I, H)", "tap ÷ plain", "capture ÷ plain", "tap ÷ capture", "tap's memory ÷ capture's")
_TAP_NOTE = (
    "tap: the other exact way to total gradients, one fused backward pass of a layer whose input is widened by zeros\n"
    "with the identity for a weight. It hands back states and total gradients; capture also gates, the direct\n"
    "gradient and the weights'."
)
_MEMORY_NOTE = "Most bytes held at once beyond weights, optimiser and batch. Goal: capture ≤ 3 × plain."
_GROWTH_NOTE = (
    "Time at twice and four times the size ÷ time at the size; linear in T is 2 and 4. plain: the model's own."
)


def tables(
    device: torch.device,
    *,
    shapes: Sequence[Shape] = SHAPES,
    grown_from: Shape = GROWN_FROM,
    tapped: Sequence[Shape] = SMALL,
    seconds: float = 5.0,
    say: Callable[[str], None] = lambda words: None,
) -> Iterator[Table]:
    """Measure and yield the tables of cost, memory, growth, and of the identity tap.

    Parameters
    ----------
    device : torch.device
        Where the models run.
    shapes : sequence of Shape
        Batches to measure.
    grown_from : Shape
        The size that is doubled twice.
    tapped : sequence of Shape
        Batches on which capture is measured beside the identity tap.
    seconds : float
        At least this long for each line; slow rivals run three rounds anyway.
    say : callable
        Told what is measured next.
    """
    rows, memory = [], []
    for cell in CELLS:
        for shape in shapes:
            say(f"capture: {cell} {shape}")
            rivals = Rivals(cell, shape, device)
            rows.append(_cost(cell, shape, rivals, device, seconds))
            memory.append(_memory(cell, shape, rivals, device))
    yield Table("capture", "Capture: time", _COST_NOTE, _COST_COLUMNS, rows)
    yield Table("capture-memory", "Capture: peak memory", _MEMORY_NOTE, _MEMORY_COLUMNS, memory)
    grown = []
    for cell in CELLS:
        for axis in ("time", "units"):
            say(f"growth: {cell}, {axis}")
            grown += _growth(cell, axis, grown_from, device, seconds)
    yield Table("capture-growth", f"Capture: growth from {grown_from}", _GROWTH_NOTE, _GROWTH_COLUMNS, grown)
    tapping = []
    for cell in CELLS:
        for shape in tapped:
            say(f"identity tap: {cell} {shape}")
            tapping.append(_tap(cell, shape, device, seconds))
    yield Table("capture-tap", "Capture: beside the identity tap", _TAP_NOTE, _TAP_COLUMNS, tapping)


def _cost(cell: str, shape: Shape, rivals: Rivals, device: torch.device, seconds: float) -> tuple[Cell, ...]:
    actions = {"plain": rivals.plain, "capture": rivals.capture, "unrolled": rivals.unrolled}
    times = interleaved(actions, device, seconds=seconds)
    return (
        cell,
        str(shape),
        times.ratio("capture", "plain"),
        times.ratio("unrolled", "plain"),
        times.ratio("unrolled", "capture"),
        times.of("plain").median * 1e3,
    )


def _memory(cell: str, shape: Shape, rivals: Rivals, device: torch.device) -> tuple[Cell, ...]:
    capture, plain = _peaks(rivals, device, rivals.capture, rivals.plain)
    return cell, str(shape), capture / plain, plain / 1e6


def _tap(cell: str, shape: Shape, device: torch.device, seconds: float) -> tuple[Cell, ...]:
    rivals = Rivals(cell, shape, device)
    actions = {"plain": rivals.plain, "capture": rivals.capture, "tap": rivals.tapped}
    times = interleaved(actions, device, seconds=seconds)
    tap, capture = _peaks(rivals, device, rivals.tapped, rivals.capture)
    ratios = times.ratio("tap", "plain"), times.ratio("capture", "plain"), times.ratio("tap", "capture")
    return cell, str(shape), *ratios, tap / capture


def _peaks(rivals: Rivals, device: torch.device, *actions: Callable[[], object]) -> list[float]:
    peaks = []
    for action in actions:
        # what the action before has left would count as this one's
        rivals.forget()
        peaks.append(peak_bytes(action, device))
    return peaks


def _growth(cell: str, axis: str, base: Shape, device: torch.device, seconds: float) -> list[tuple[Cell, ...]]:
    actions: dict[str, Callable[[], object]] = {}
    for factor in (1, 2, 4):
        rivals = Rivals(cell, base._replace(**{axis: factor * getattr(base, axis)}), device)
        actions |= {f"capture {factor}": rivals.capture, f"plain {factor}": rivals.plain}
    times = interleaved(actions, device, seconds=seconds)
    cells = [times.ratio(f"{who} {factor}", f"{who} 1") for factor in (2, 4) for who in ("capture", "plain")]
    return [(cell, {"time": "T", "units": "H"}[axis], *cells)]
