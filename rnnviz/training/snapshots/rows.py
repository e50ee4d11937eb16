"""A layer's trace as a table: a row for each unit at each timestep; states, gates and gradients as columns."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.checks import whole
from rnnviz.trace import LayerTrace
from rnnviz.training.tables import Table, by_model

__all__ = ["curve_table", "state_table"]

_PLACES = ("sample", "layer", "direction", "time", "unit")


def state_table(layers: Mapping[str, LayerTrace], sample: int | None = None) -> Table:
    """Return the states of one sequence or of all, without timesteps beyond its end; the models' labels in front."""
    return _joined({label: _of(layer, sample) for label, layer in layers.items()})


def curve_table(histories: Mapping[str, Mapping[str, NDArray[Any]]]) -> Table:
    """Return the curves of one model, whose label is empty, or of several, with the labels in front."""
    return _joined({label: dict(history) for label, history in histories.items()})


def _joined(tables: Mapping[str, Table]) -> Table:
    return tables[""] if list(tables) == [""] else by_model(tables)


def _of(layer: LayerTrace, sample: int | None) -> Table:
    if sample is not None:
        sample = whole(0, layer.hidden.shape[2] - 1)("sample", sample)
    named = {"hidden": layer.hidden, "cell": layer.cell, **{f"gate_{name}": one for name, one in layer.gates.items()}}
    named |= {"gradient": layer.grad_hidden, "gradient_cell": layer.grad_cell}
    arrays = {name: np.asarray(array) for name, array in named.items() if array is not None}
    # a projected state has fewer units than the cell behind it
    units = max(array.shape[-1] for array in arrays.values())
    shape = (*layer.hidden.shape[:-1], units)
    places = dict(zip(("layer", "direction", "sample", "time", "unit"), np.indices(shape), strict=True))
    kept = places["time"] < np.asarray(layer.lengths)[None, None, :, None, None]
    if sample is not None:
        kept &= places["sample"] == sample
    columns = {name: places[name] for name in _PLACES}
    columns |= {name: _filled(array, units) for name, array in arrays.items()}
    order = np.moveaxis(kept, 2, 0)
    return {name: np.moveaxis(array, 2, 0)[order] for name, array in columns.items()}


def _filled(array: NDArray[Any], units: int) -> NDArray[Any]:
    if array.shape[-1] == units:
        return array
    missing = np.full((*array.shape[:-1], units - array.shape[-1]), np.nan, array.dtype)
    return np.concatenate([array, missing], axis=-1)
