"""`watch`: look inside a model while its owner trains it, in the owner's own loop."""

import threading
import warnings
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

import plotly.graph_objects as go

from rnnviz.checks import one_of
from rnnviz.i18n import t
from rnnviz.lab.controls.options import asked_focus
from rnnviz.lab.lifetime.rerun import claim
from rnnviz.lab.replay.save import checked_path, save, watch_header
from rnnviz.lab.watch.watchscreen import WatchScreen
from rnnviz.trace import Trace
from rnnviz.training.record import Record
from rnnviz.training.snapshots.recording import LayerRecordings
from rnnviz.views import VIEWS, WATCHED, Focus, View
from rnnviz.watching.watcher import Watcher

__all__ = ["Watch", "watch"]

# what is drawn when it is asked for; the path of the states is no part of the page, which is a loop's guest
_ASKED = {**WATCHED, "trajectory": VIEWS["trajectory"]}


def watch(
    model: Any,
    *,
    every: int | None = None,
    fps: float = 15.0,
    probe: Any = None,
    sequences: int | None = 8,
    scaler: Any = None,
) -> "Watch":
    """Look inside a model's recurrent layers while you train it in a loop of your own.

    The loop stays yours: any optimiser, mixed precision, gradient accumulation. Call ``w.step(loss=loss)`` once a
    step, after ``optimizer.step()`` and before ``zero_grad()``. While no frame is due that costs a look at the clock.

    Without a probe a frame shows your own newest batch: hooks are set for one step, keep what your forward and
    backward pass did, bit for bit as it would have been, and are removed. If several passes ran in that step (gradient
    accumulation), the last one is shown; passes under ``no_grad`` are not. With a probe the same batch is traced for
    every frame, with the weights as they are then.

    What ``torch.autograd.grad`` asks for on the way, for a gradient penalty say, is not taken for the loss's gradient;
    where the loss itself contains such a gradient, frames show states and gates alone, and a warning says so.
    A copy of the model made inside the block, or a file that it is saved to, holds a plain model, and is not watched.

    In a notebook ``display(w)`` inside the block shows the linked pictures. Elsewhere the watch records.

    Parameters
    ----------
    model
        Any module that holds recurrent layers, at any depth.
    every
        A frame each so many steps, instead of by time.
    fps
        Frames a second at most; fewer where they would take more than a twentieth of your loop's time.
    probe
        ``(inputs, loss)``, with `loss` from the model's output to a scalar, or ``inputs`` alone for states and gates.
        Several inputs go into a tuple or list of their own.
    sequences
        How many sequences of your batch are kept, the first ones; None for all. The gradients are those of your loss
        over the whole batch. Layers with dropout inside are kept whole.
    scaler
        Your ``torch.amp.GradScaler``, so that gradients are shown as those of the loss that it scales.

    Returns
    -------
    Watch
        To be entered with ``with``.

    Raises
    ------
    TypeError, ValueError
        If `model` is no module or holds no recurrent layer (the sentence names the layers it holds), or for `every`
        or `fps` out of range.

    Examples
    --------
    >>> import torch
    >>> model = torch.nn.GRU(2, 5, batch_first=True)
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    >>> with watch(model, every=1) as w:
    ...     for _ in range(3):
    ...         optimizer.zero_grad()
    ...         loss = model(torch.ones(4, 6, 2))[0].square().mean()
    ...         loss.backward()
    ...         optimizer.step()
    ...         w.step(loss=loss)
    >>> w.history["step"]
    array([1., 2., 3.])
    >>> w.trace.layers["gru"].grad_hidden.shape  # layer, direction, batch, time, unit
    (1, 1, 4, 6, 5)
    """
    return Watch(Watcher(model, every=every, fps=fps, probe=probe, sequences=sequences, scaler=scaler), fps=fps)


class Watch:
    """A watched training loop; made by `watch`.

    Parameters
    ----------
    watcher : Watcher
        Who takes the frames.
    fps : float
        Pictures a second at most.
    """

    def __init__(self, watcher: Watcher, *, fps: float) -> None:
        self._watcher, self._recordings = watcher, LayerRecordings()
        self._lock = threading.RLock()  # the menu calls from the front end's thread, even while the loop runs
        self._screen = WatchScreen(watcher, self._lock, fps=fps)
        watcher.on_frame = _weakly(self._on_frame)  # or its own pictures would hold it for ever
        claim(self._screen.close, self)

    def __repr__(self) -> str:
        return f"Watch(layers={', '.join(self._watcher.layers)}, step={self._watcher.steps})"

    def __enter__(self) -> Self:
        self._watcher.__enter__()
        self._screen.words = t("watch.watching")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: Any) -> None:
        self._watcher.__exit__(kind, error, tb)
        self._screen.conclude(kind)
        self._on_frame()
        trouble = self._screen.settle()
        if trouble is not None and kind is None:
            warnings.warn(f"a picture of rnnviz.watch failed: {trouble!r}.", stacklevel=2)

    def step(self, *, loss: Any = None, grad_norm: Any = None) -> None:
        """Say that a training step is done; a frame is taken if one is due.

        Where the step cannot be looked into, for want of memory or because what was registered for a cell does not
        compute what the cell does, your training goes on: a warning says once why, and the pictures stay as they were.

        Parameters
        ----------
        loss : torch.Tensor or float, optional
            The step's loss, a scalar. It is read only when a frame is due.
        grad_norm : torch.Tensor or float, optional
            What ``clip_grad_norm_`` returned, the norm before clipping. Without it the norm of the ``.grad`` of all
            parameters is taken as it is now: as the optimiser saw it, after clipping if you clip. Pass it where a
            scaler meets a fused optimiser: that one leaves the ``.grad`` scaled.

        Raises
        ------
        TypeError, ValueError
            If `loss` is no scalar.
        RuntimeError
            Outside the ``with`` block.
        """
        self._watcher.step(loss, grad_norm)

    @property
    def looks(self) -> bool:
        """Whether the next `step` may take a frame; where not, nothing needs to be measured for it."""
        return self._watcher.looks

    @property
    def history(self) -> Record:
        """One row a frame: ``history["step"]``, ``["loss"]``, ``["grad_norm"]``, as numpy; bounded."""
        return self._watcher.history

    @property
    def trace(self) -> Trace | None:
        """What every recurrent layer did at the newest frame; None before the first."""
        return self._watcher.trace

    def figure(
        self, name: str, *, module: str | None = None, sample: int = 0, layer: int = 0, direction: int = 0
    ) -> go.Figure:
        """Return a picture of the newest frame as a plain plotly figure, every value in it.

        Parameters
        ----------
        name : {"hidden", "gradients", "gates", "curves", "trajectory"}
            Which picture. Of a loop the path of the states is known, and not where they would come to rest.
        module : str, optional
            Which recurrent layer of the model, by its path; the first by default.
        sample, layer, direction : int
            Which sequence of the batch, which layer of the module (0 is nearest to the input), which direction.

        Raises
        ------
        ValueError
            For an unknown name, a picture without data (gradients without a loss), or a layer that was not seen.
        RuntimeError
            If nothing was seen yet.
        """
        name = one_of(_ASKED)("name", name)
        snapshot = self._watcher.snapshot(module)
        if not _ASKED[name].exists(snapshot):
            raise ValueError(f"there is nothing to draw in the view {name!r}: no gradient has come back to this layer.")
        return _ASKED[name].figure(snapshot, Focus(sample, layer, direction).checked(snapshot.layer))

    def save_replay(
        self, path: Any, views: Sequence[str | View] | None = None, *, module: str | None = None, **focus: Any
    ) -> Path:
        """Write one HTML file that plays this loop in any browser; see `rnnviz.Lab.save_replay`.

        Parameters
        ----------
        path : str or os.PathLike
            Where to write it; ends in ``.html``.
        views : sequence of str or View, optional
            The pictures; all that have data by default.
        module : str, optional
            Which recurrent layer of the model, by its path; the first by default.
        **focus : object
            Which sequence, layer, direction … they show.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        TypeError, ValueError, OSError
            For a path that cannot be, or a layer, view or focus that does not exist.
        RuntimeError
            If fewer than two moments were seen.
        """
        found, where = checked_path(path), asked_focus("save_replay", focus, "path", "views", "module")
        with self._lock:
            newest = self._watcher.snapshot(module)
            name = self._watcher.layers[0] if module is None else module
            moments = self._recordings.until(name, newest)
        return save(found, moments, views, _ASKED, tuple(WATCHED), where, watch_header(name, moments[-1]))

    def close(self) -> None:
        """Stop drawing and let go of every widget; `history`, `trace`, `figure`, `save_replay` still answer."""
        self._screen.close()

    @property
    def widget(self) -> Any:
        """The pictures as an ipywidgets box, to place in a layout of your own."""
        return self._screen.widget

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        bundle = self.widget._repr_mimebundle_()
        self._screen.keep_still()
        return {**bundle, "text/plain": repr(self)}

    def _on_frame(self) -> None:
        """Keep the newest frame for a replay where that is due, and show it if anybody looks."""
        with self._lock:
            watcher = self._watcher
            if watcher.trace is not None:
                self._recordings.note(watcher.layers, watcher.seen, watcher.snapshot)
            self._screen.draw()


def _weakly(method: Callable[[], None]) -> Callable[[], None]:
    """Return a call of a bound method that does not keep its object."""
    reference = weakref.WeakMethod(method)

    def call() -> None:
        found = reference()
        if found is not None:
            found()

    return call
