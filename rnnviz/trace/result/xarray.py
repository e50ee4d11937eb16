"""A layer's trace as labelled arrays, for those who have xarray."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from rnnviz.trace.result.layertrace import LayerTrace

_AXES = ("layer", "direction", "batch", "time", "unit")
_STATES = ("layer", "direction", "batch", "unit")


def labelled(layer: LayerTrace) -> Any:
    """Return one ``xarray.Dataset``, gates as ``gate_f`` and so on."""
    try:
        xarray = import_module("xarray")
    except ImportError as error:
        raise ImportError("Trace.to_xarray needs the package xarray; install it with: pip install xarray.") from error
    return xarray.Dataset(_variables(layer), attrs={"kind": layer.kind})


def _variables(layer: LayerTrace) -> dict[str, Any]:
    """Each array with the names of its axes; the cell's unit axis may be longer than the hidden state's."""
    variables: dict[str, Any] = {"lengths": (("batch",), layer.lengths)}
    for name in ("hidden", "grad_hidden", "grad_hidden_direct", "initial_hidden"):
        variables[name] = getattr(layer, name)
    for name in ("cell", "grad_cell", "initial_cell"):
        variables[name] = getattr(layer, name)
    variables |= {f"gate_{name}": gate for name, gate in layer.gates.items()}
    return {name: _named(name, value, layer) for name, value in variables.items() if value is not None}


def _named(name: str, value: Any, layer: LayerTrace) -> Any:
    if isinstance(value, tuple):
        return value
    axes = _AXES if value.ndim == len(_AXES) else _STATES
    units = "unit" if value.shape[-1] == layer.hidden.shape[-1] else "cell_unit"
    return (*axes[:-1], units), value
