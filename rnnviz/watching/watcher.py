"""Watcher: looks into a training loop that is somebody else's, when a frame is due and not otherwise."""

import contextlib
import itertools
import math
import time
import warnings
from collections.abc import Callable
from typing import Any, Self

import numpy as np
from torch import nn

from rnnviz import checks, limits
from rnnviz.checks import one_of, optional, shown, whole
from rnnviz.trace import LayerTrace, Trace
from rnnviz.trace.listening.listening import Listener
from rnnviz.trace.listening.passes import WatchedPass
from rnnviz.trace.modules.finding import recurrent_modules
from rnnviz.training.record import Record
from rnnviz.training.runner.frameclock import FrameClock
from rnnviz.training.snapshots.snapshot import Snapshot
from rnnviz.watching.lossscale import scale_of
from rnnviz.watching.probe import Probe
from rnnviz.watching.readings import check_scalar, loss_and_norm, times_written
from rnnviz.watching.snapshots import WatchSnapshots

__all__ = ["Watcher"]

_LONGEST = 200  # characters of somebody else's error in a warning
_FRAME_SHARE = 0.04  # of the owner's time; what the hooks add to one pass comes on top


class Watcher:
    """Take frames of a model while its owner trains it. See `rnnviz.watch` for the parameters.

    A pass that cannot be looked into ends no training: a warning says once why, and the frame before stays.

    Attributes
    ----------
    on_frame : callable
        Called with nothing, in the thread that trains, when there is something new to see.
    steps : int
        How often `step` was called.
    seen : int
        The step of the newest trace.
    trace : Trace or None
        The newest.
    history : Record
        Columns step, loss and grad_norm, a row a frame.
    """

    def __init__(
        self,
        model: nn.Module,
        *,
        every: int | None = None,
        fps: float = 15.0,
        probe: Any = None,
        sequences: int | None = 8,
        scaler: Any = None,
    ) -> None:
        self._modules = recurrent_modules(model)
        self._every, fps, self._sequences = checked_pace(every, fps, sequences)
        self._model, self._shortest = model, 1 / fps
        self._probe = None if probe is None else Probe.of(probe)
        self.on_frame: Callable[[], None] = lambda: None
        self._listener = Listener(model, self._modules, scale_of(scaler))
        self._frame_clock: FrameClock | None = None
        self._phase = "before"
        self._runs, self._glances = itertools.count(1), dict[str, WatchSnapshots]()
        self._unclipped = self._said_lost = self._said_second_order = self._said_blind = False
        self._written = times_written(model)
        self.seen = 0
        self.loss = math.nan
        self.steps, self.speed = 0, 0.0
        self.trace: Trace | None = None
        self.history = Record(["step", "loss", "grad_norm"])

    def __enter__(self) -> Self:
        if self._phase != "before":
            raise RuntimeError("a watch is entered once; make another with rnnviz.watch(model) for another loop.")
        self._phase, self._frame_clock = (
            "inside",
            FrameClock(self._shortest, step=0, share=_FRAME_SHARE, working=time.monotonic),
        )
        # with every=n the first n − 1 steps run without hooks
        if self._probe is None and self._every in (None, 1):
            self._listen()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        self._phase = "after"
        if self._listener.is_open:
            self._listener.close()
        if kind is None:
            self._last_frame()

    @property
    def layers(self) -> tuple[str, ...]:
        """Paths of the layers that the newest trace has, or before the first those that the model has."""
        return tuple(self._modules if self.trace is None else self.trace.layers)

    @property
    def looks(self) -> bool:
        """See `rnnviz.lab.Watch.looks`."""
        if self._probe is None:
            return self._listener.is_open
        return self._phase == "inside" and (self._every is None or self._due(self.steps + 1))

    def step(self, loss: Any = None, grad_norm: Any = None) -> None:
        """See `rnnviz.lab.Watch.step`."""
        check_scalar("loss", loss)
        check_scalar("grad_norm", grad_norm)
        if self._phase != "inside":
            raise RuntimeError("step() counts inside the with block only: with rnnviz.watch(model) as w: ... w.step().")
        self.steps += 1
        # here, where the owner has let go of the loss: sooner, her graph would be freed in one piece
        self._listener.let_go()
        if self._listener.is_open or (self._probe is not None and self._due(self.steps)):
            self._frame(loss, grad_norm)
        if self._probe is None and not self._listener.is_open and self._due(self.steps + 1):
            self._listen()

    def snapshot(self, layer: str | None = None) -> Snapshot:
        """Return the newest frame of a layer, the first one by default.

        Raises
        ------
        RuntimeError
            If nothing was seen yet.
        ValueError
            If no such layer was seen; the sentence lists those that were.
        """
        name, seen = self._layer(layer)
        watch_snapshots = self._glances.setdefault(name, WatchSnapshots(self._runs))
        return watch_snapshots.snapshot(seen, self.seen, self.loss, self.history.columns(), unclipped=self._unclipped)

    def _layer(self, name: str | None) -> tuple[str, LayerTrace]:
        if self.trace is None:
            raise RuntimeError(
                "nothing was seen yet; call step() in the with block after backward(), and let the model itself, or "
                f"its recurrent layers ({', '.join(self._modules)}), run in between."
            )
        layers = self.trace.layers
        name = next(iter(layers)) if name is None else one_of(layers)("module", name)
        return name, layers[name]

    def _listen(self) -> None:
        """Set hooks on the recurrent layers that the model has by now: its owner may have replaced some."""
        with contextlib.suppress(ValueError):  # none is left, or its equations are not known
            self._modules = recurrent_modules(self._model)
        self._listener.open(self._modules)

    def _due(self, step: int) -> bool:
        if self._every is not None:
            return step % self._every == 0
        return self._frame_clock is not None and self._frame_clock.due()

    def _frame(self, loss: Any, grad_norm: Any) -> None:
        assert self._frame_clock is not None
        self.speed = self._frame_clock.measure(self.steps)
        self._frame_clock.begin_frame()
        self._unclipped = grad_norm is not None
        value, norm = loss_and_norm(self._model, loss, grad_norm)
        if any(one.device.type != "cpu" for one in self._model.parameters()):
            self._frame_clock.begin_frame()  # anew: what was waited for so far are the owner's own steps
        self.history.append(self.steps, value, norm)
        filled = self._look(value)
        # `not >`, for NaN
        if filled and not self._unclipped and not norm > 0:
            self._say_lost(norm)
        self._frame_clock.end_frame()

    def _look(self, loss: float) -> bool:
        """Take a trace; whether the weights that it shows were given a ``.grad`` since the step before."""
        if self._probe is None:
            heard = self._listener.close()
            # weights that the pass has used may have been replaced since; of those nobody's optimiser knows
            there = set(map(id, self._model.parameters()))
            filled = heard is not None and any(id(one) in there for one in heard.filled)
            if heard is not None and heard.second_order:
                self._say_second_order()
            seen = None if heard is None else self._recomputed(heard, None if math.isnan(loss) else loss)
        else:
            before, self._written = self._written, times_written(self._model)
            filled = self._written != before
            seen = self._probe.trace(self._model)
        if seen is not None:
            self.trace, self.seen = seen, self.steps
            self.loss = loss if seen.loss is None else seen.loss
            self.on_frame()
        return filled

    def _recomputed(self, heard: WatchedPass, loss: float | None) -> Trace | None:
        """Take a trace of a pass; where that cannot be, the owner's training is to go on."""
        try:
            return heard.trace(self._sequences, loss)
        # any: memory may be short, and a registered step is somebody's code, which may be wrong or raise what it likes
        except Exception as error:
            self._say_blind(error)
            return None

    def _say_blind(self, error: Exception) -> None:
        if not self._said_blind:
            self._said_blind = True
            words, kind = " ".join(str(error).split()), type(error).__name__
            # a sentence of ours, of a step that does not fit its cell, is said whole; torch's go on for pages
            reason = words if isinstance(error, ValueError) else f"{kind}: {words[:_LONGEST]}"
            warnings.warn(
                f"rnnviz.watch could not look into step {self.steps} ({reason.rstrip('.')}); the training goes on, and "
                "the pictures stay as they were.",
                stacklevel=7,
            )

    def _say_second_order(self) -> None:
        if not self._said_second_order:
            self._said_second_order = True
            warnings.warn(
                "the loss contains a gradient through the recurrent layers (create_graph=True, as a gradient penalty "
                "does), whose derivatives rnnviz.watch does not follow: frames show states and gates alone. For "
                "gradients pass probe=(inputs, loss) with a loss that leaves that part out.",
                stacklevel=6,
            )

    def _say_lost(self, norm: float) -> None:
        """Say once that the gradients are gone: none, or zero where some came back to the layers."""
        layers = () if self.trace is None else self.trace.layers.values()
        moved = any(one.grad_hidden is not None and np.nan_to_num(one.grad_hidden).any() for one in layers)
        if not self._said_lost and (math.isnan(norm) or moved):
            self._said_lost = True
            warnings.warn(
                f"w.step() found {'no gradients' if math.isnan(norm) else 'gradients of 0'} in the model, so the norm "
                f"that it shows is {norm}; call it before zero_grad(), or pass grad_norm=.",
                stacklevel=5,
            )

    def _last_frame(self) -> None:
        if self._probe is not None and self.seen < self.steps:
            self._look(self.loss)
        elif self.history.rows and self.trace is None and not self._said_blind:
            warnings.warn(
                f"rnnviz.watch saw none of the recurrent layers ({', '.join(self._modules)}) run with gradients in "
                f"{self.steps} steps; inside a compiled graph, a reentrant checkpoint or a function that torch.func "
                "transforms they cannot be listened to: pass probe=(inputs, loss). Nor can they where the model calls "
                "layer.forward(x) in place of layer(x).",
                stacklevel=4,
            )


def checked_pace(every: Any, fps: Any, sequences: Any) -> tuple[int | None, float, int | None]:
    """Return ``every``, ``fps`` and ``sequences`` of `rnnviz.watch`; TypeError or ValueError names one out of range."""
    return _checked_every(every), _checked_fps(fps), optional(whole(1, limits.BATCH))("sequences", sequences)


def _checked_every(every: Any) -> int | None:
    try:
        return None if every is None else limits.steps("every", every)
    except (TypeError, ValueError):
        raise ValueError(
            f"every must be a number of steps, at least 1, or None for time, got {shown(every)}."
        ) from None


def _checked_fps(fps: Any) -> float:
    if getattr(fps, "shape", ()):
        raise TypeError(f"fps must be a number, got {shown(fps)}.")
    given = checks.number(-math.inf, open_end=False)("fps", fps)
    if given > 0:
        return given
    raise ValueError(f"fps must be greater than 0, got {shown(fps)}; for fewer frames pass every=n steps.")
