"""TrainerAdapter: what the callbacks share, a `Watch` while somebody's trainer trains, and its record afterwards."""

import sys
from contextlib import ExitStack
from importlib import import_module
from typing import Any

import plotly.graph_objects as go

from rnnviz.checks import flag
from rnnviz.lab.watch.watch import Watch, watch
from rnnviz.trace import Trace
from rnnviz.training.record import Record
from rnnviz.watching.watcher import checked_pace

__all__ = ["TrainerAdapter", "base", "kernel_shell"]


class TrainerAdapter:
    """Open a watch when a training begins, close it when it ends. See `rnnviz.watch` for the parameters.

    Parameters
    ----------
    every, fps, probe, sequences
        As in `rnnviz.watch`.
    show : bool
        In a notebook, display the pictures where the training begins. Elsewhere nothing is displayed.
    """

    def __init__(
        self,
        *,
        every: int | None = None,
        fps: float = 15.0,
        probe: Any = None,
        sequences: int | None = 8,
        show: bool = True,
    ) -> None:
        super().__init__()
        checked_pace(every, fps, sequences)  # here, and not when the training has begun
        flag("show", show)
        self._options: dict[str, Any] = {"every": every, "fps": fps, "probe": probe, "sequences": sequences}
        self._show = show
        self._watch: Watch | None = None
        self._scaler: Any = None
        self._inside = False
        self._for_training, self._for_step = ExitStack(), ExitStack()  # what is to be taken away after each
        self._forget()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'' if self._watch is None else repr(self._watch)})"

    @property
    def watch(self) -> Watch:
        """The watch of the newest training.

        Raises
        ------
        RuntimeError
            Before the first.
        """
        if self._watch is None:
            name = type(self).__name__
            raise RuntimeError(f"no training has begun; give this {name} to Trainer(callbacks=[…]) and train.")
        return self._watch

    @property
    def history(self) -> Record:
        """One row a frame: ``history["step"]``, ``["loss"]``, ``["grad_norm"]``, as numpy; bounded."""
        return self.watch.history

    @property
    def trace(self) -> Trace | None:
        """What every recurrent layer did at the newest frame; None before the first."""
        return self.watch.trace

    def figure(
        self, name: str, *, module: str | None = None, sample: int = 0, layer: int = 0, direction: int = 0
    ) -> go.Figure:
        """Return a picture of the newest frame as a plain plotly figure, as `rnnviz.lab.Watch.figure` does.

        Parameters
        ----------
        name : {"hidden", "gradients", "gates", "curves"}
            Which picture.
        module : str, optional
            Path of a recurrent layer in the model; the first by default.
        sample, layer, direction : int
            Which sequence of the batch, layer of a module with several, and direction (1 is backward).

        Raises
        ------
        RuntimeError
            Before the first training, and before its first frame.
        TypeError, ValueError
            If there is no such picture, layer, sequence or direction; the sentence lists those that there are.
        """
        return self.watch.figure(name, module=module, sample=sample, layer=layer, direction=direction)

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        return {"text/plain": repr(self)} if self._watch is None else self._watch._repr_mimebundle_(**options)

    @property
    def _looks(self) -> bool:
        return self._inside and self.watch.looks

    @property
    def _scale(self) -> float:
        """What the loss is multiplied by before its backward pass."""
        return 1.0 if self._scaler is None else float(self._scaler.get_scale())

    def _begin(self, model: Any, scaler: Any) -> None:
        self._end()  # an earlier training that nobody ended
        self._scaler, self._watch = scaler, watch(model, scaler=scaler, **self._options)
        self._watch.__enter__()
        self._inside = True
        if self._show and kernel_shell() is not None:
            from IPython.display import display

            display(self._watch)  # type: ignore[no-untyped-call]

    def _end(self, error: BaseException | None = None) -> None:
        """Take every hook away; twice is as good as once."""
        self._for_training.close()
        self._forget()
        if self._inside:
            self._inside = False
            self.watch.__exit__(None if error is None else type(error), error, None)

    def _forget(self) -> None:
        """Let go of what was measured and hooked for one step."""
        self._for_step.close()
        self._loss: Any = None


def kernel_shell() -> Any:
    """Return the shell of the notebook's kernel, or None outside a notebook."""
    # never imported for this: where nobody has, there is no notebook
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell if hasattr(shell, "kernel") else None


def base(name: str, *homes: str, install: str) -> Any:
    """Return a library's callback class; where the library is missing, a class that says what to install.

    Parameters
    ----------
    name
        Of the class.
    *homes
        Modules that may have it; one that is loaded already comes first.
    install
        What to give to pip.
    """
    missing: ImportError | None = None
    # the library that is loaded is the one whose Trainer will call; both may be installed
    for home in sorted(homes, key=lambda one: sys.modules.get(one) is None):
        try:
            return getattr(import_module(home), name)
        except ImportError as error:
            missing = missing or error
    return type(name, (), {"__init__": _refusal(install, missing)})


def _refusal(install: str, missing: ImportError | None) -> Any:
    def refuse(self: Any) -> None:
        name = type(self).__name__
        raise ImportError(f"rnnviz.{name} needs a library that could not be loaded: pip install {install}") from missing

    return refuse
