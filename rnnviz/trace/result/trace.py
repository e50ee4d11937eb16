"""`Trace`: what every recurrent layer of a model did, to look at, to label, to save and to load."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import partial
from numbers import Real
from os import PathLike
from typing import Any

from rnnviz.checks import kind_of, listed, shown
from rnnviz.trace.result.agreement import numeric
from rnnviz.trace.result.arrays import Array, read_only
from rnnviz.trace.result.layertrace import LayerTrace
from rnnviz.trace.result.resident import Resident, brought, without_defaults
from rnnviz.trace.result.storage import read, refused, write
from rnnviz.trace.result.xarray import labelled


class Layers(Mapping[str, LayerTrace]):
    """The layers of a trace by name, in the order of their first calls; an unknown name is told which there are.

    Examples
    --------
    >>> Layers({})["lstm"]
    Traceback (most recent call last):
    KeyError: "there is no layer 'lstm' in this trace; it has none."
    """

    def __init__(self, layers: Mapping[str, LayerTrace]) -> None:
        self._layers = dict(layers)

    def __getitem__(self, name: str) -> LayerTrace:
        try:
            return self._layers[name]
        except (KeyError, TypeError):  # a list is no name
            known = listed(self._layers)
            raise KeyError(f"there is no layer {shown(name)} in this trace; it has {known}.") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._layers)

    def __len__(self) -> int:
        return len(self._layers)

    def __repr__(self) -> str:
        return repr(self._layers)


@without_defaults
@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Trace(Resident):
    """What every recurrent layer of a model did on one batch.

    Attributes
    ----------
    layers : mapping of str to LayerTrace
        One `LayerTrace` a recurrent layer, keyed by module path; a module that is called twice has ``"path"`` and
        ``"path#2"``. Asked for another name, it raises a KeyError that lists the names there are.
    loss : float or None
        Value of the loss, or None.
    output : numpy.ndarray or None
        Copy of the model's output if it is one tensor, else None.

    Raises
    ------
    TypeError, ValueError
        If it is made of something else than named layers, a number and an array; `trace` never does so.

    Examples
    --------
    >>> import torch
    >>> from rnnviz.trace import trace
    >>> seen = trace(torch.nn.GRU(3, 5, batch_first=True), torch.zeros(2, 7, 3))
    >>> list(seen.layers), seen.layers["gru"].hidden.shape, seen.loss
    (['gru'], (1, 1, 2, 7, 5), None)
    """

    layers: Mapping[str, LayerTrace]
    loss: float | None = None
    output: Array | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.layers, Mapping) or not all(isinstance(name, str) for name in self.layers):
            raise TypeError(f"layers must be a mapping from names to LayerTrace, got {kind_of(self.layers)}.")
        for name, layer in self.layers.items():
            if not isinstance(layer, LayerTrace):
                raise TypeError(f"layers[{shown(name)}] must be a LayerTrace, got {kind_of(layer)}.")
        object.__setattr__(self, "layers", Layers(self.layers))
        object.__setattr__(self, "loss", None if self.loss is None else _loss(self.loss))
        if self.output is not None:
            numeric("output", self.output)
        object.__setattr__(self, "output", read_only(self.output))

    def __reduce__(self) -> tuple[Any, ...]:
        here(self)
        return partial(type(self), layers=dict(self.layers), loss=self.loss, output=self.output), ()

    def save(self, path: str | PathLike[str]) -> None:
        """Write everything to one ``.npz`` file, without pickle; `Trace.load` reads it back.

        Parameters
        ----------
        path : str or os.PathLike
            Where to. A file that is there is replaced when the new one is whole, and kept if that fails.

        Raises
        ------
        TypeError, ValueError, OSError
            If there can be no such file, or it cannot be written; the sentence names the path.

        Examples
        --------
        >>> import tempfile, torch
        >>> from pathlib import Path
        >>> from rnnviz.trace import trace
        >>> seen = trace(torch.nn.GRU(3, 5, batch_first=True), torch.zeros(2, 7, 3))
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     seen.save(Path(folder) / "seen.npz")
        ...     again = Trace.load(Path(folder) / "seen.npz")
        >>> bool((again.layers["gru"].hidden == seen.layers["gru"].hidden).all())
        True
        """
        here(self)
        layers = {
            name: {one.name: getattr(layer, one.name) for one in fields(layer)} for name, layer in self.layers.items()
        }
        write(path, {"loss": self.loss, "output": self.output, "layers": layers})

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Trace:
        """Read what `Trace.save` wrote; never runs code from the file.

        Parameters
        ----------
        path : str or os.PathLike
            A file that `save` wrote.

        Raises
        ------
        TypeError
            If `path` is no path.
        ValueError
            If the file is no whole trace: another format, cut off, or arrays that do not fit each other.
        OSError
            If there is no such file, or it cannot be read.
        """
        tree = read(path)
        layers = tree.pop("layers", None)
        if not isinstance(layers, dict) or not all(isinstance(layer, dict) for layer in layers.values()):
            raise refused(path)
        try:
            return cls(layers={name: LayerTrace(**layer) for name, layer in layers.items()}, **tree)
        except (TypeError, ValueError):  # names that a trace does not have, or arrays that do not fit each other
            raise refused(path) from None

    def to_xarray(self) -> dict[str, Any]:
        """One labelled ``xarray.Dataset`` a layer; needs the package xarray.

        Returns
        -------
        dict of str to xarray.Dataset
            By the layer's name, with the dimensions layer, direction, batch, time and unit.

        Raises
        ------
        ImportError
            If xarray is not installed.
        """
        here(self)
        return {name: labelled(layer) for name, layer in self.layers.items()}

    def __repr__(self) -> str:
        here(self)
        head = "Trace(no loss)" if self.loss is None else f"Trace(loss={self.loss:.6g})"
        return "\n".join([head, *(f"  {name}: {layer!r}" for name, layer in self.layers.items())])


def here(trace: Trace) -> Trace:
    """Bring everything of a trace that still lies on a device to the host, in one copy and with one wait."""
    brought((), trace, *trace.layers.values())
    return trace


def _loss(value: Any) -> float:
    """Return a loss, which may be infinite or no number, as a plain float."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"loss must be a number or None, got {shown(value)}.")
    try:
        return float(value)
    except OverflowError:
        raise ValueError("loss must be a number that a float can hold, got one that is too large.") from None
