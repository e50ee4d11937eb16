"""`trace`: run a model once and say what every recurrent layer in it did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from rnnviz.trace.assemble import layers_from
from rnnviz.trace.capture import Capture
from rnnviz.trace.layers import FusedOrCell, kind_of
from rnnviz.trace.result import Array, Trace


def trace(
    model: nn.Module,
    *inputs: Any,
    loss: Callable[[Any], Tensor] | None = None,
    kwargs: Mapping[str, Any] | None = None,
) -> Trace:
    """Run `model` once and return what every recurrent layer inside it did.

    Parameters
    ----------
    model
        Any module that holds ``nn.RNN``, ``nn.LSTM``, ``nn.GRU`` or their cells, at any depth.
    *inputs
        What the model is called with.
    loss
        From the model's output to a scalar. Without it only states and gates are found.
    kwargs
        Keyword arguments for the model.

    Returns
    -------
    Trace
        One `LayerTrace` a recurrent layer, keyed by module path (a model that is itself a recurrent layer: by its class
        name in lower case, ``"lstm"``).

    Examples
    --------
    >>> lstm = nn.LSTM(3, 5, batch_first=True)
    >>> found = trace(lstm, torch.zeros(2, 7, 3), loss=lambda output: output[0][:, -1].sum())
    >>> found.layers["lstm"].grad_hidden.shape  # layer, direction, batch, time, unit
    (1, 1, 2, 7, 5)
    """
    with torch.set_grad_enabled(loss is not None or torch.is_grad_enabled()):
        capture = Capture(recurrent_modules(model), gradients=loss is not None)
        with capture:
            output = model(*inputs, **(kwargs or {}))
        value = None if loss is None else loss(output)
        if value is not None:
            capture.backward(value)
    with torch.no_grad():
        return Trace(
            layers=layers_from(capture.calls),
            loss=None if value is None else float(value),
            output=_copy(output),
        )


def recurrent_modules(model: nn.Module) -> dict[str, FusedOrCell]:
    """Every recurrent module inside `model`, keyed by its path."""
    own = type(model).__name__.lower()
    return {name or own: module for name, module in model.named_modules() if kind_of(module)}  # type: ignore[misc]


def _copy(output: Any) -> Array | None:
    if not isinstance(output, Tensor):
        return None
    output = output.detach().cpu()
    return (output.float() if output.dtype == torch.bfloat16 else output).numpy().copy()
