"""Finds the recurrent layers of a model, and says what is there where it finds none."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from rnnviz.trace.layers import Recurrent, kind_of


def recurrent_modules(model: Any) -> dict[str, Recurrent]:
    """Every recurrent module inside `model`, keyed by its path.

    Raises
    ------
    TypeError
        If `model` is no module.
    ValueError
        If there is none, or one is a variant of torch's layers whose equations cannot be known.
    """
    if not isinstance(model, nn.Module):
        raise TypeError(f"model must be a torch.nn.Module, got {type(model).__name__}.")
    own = type(model).__name__.removeprefix("Parametrized").lower()
    named = {_path(name) or own: module for name, module in model.named_modules()}
    found = {name: module for name, module in named.items() if kind_of(module)}
    for name, module in named.items():
        if name not in found and isinstance(module, nn.RNNBase | nn.RNNCellBase):
            raise ValueError(
                f"the layer {name!r} is a {type(module).__name__} with a forward of its own, whose equations are not "
                f"known; register it with rnnviz.register_cell({type(module).__name__}, step)."
            )
    if not found:
        raise ValueError(_nothing(named))
    return found


def _what_hides(module: nn.Module) -> str | None:
    """What has turned a model into something that cannot be looked into: compiled, exported or quantised layers."""
    if isinstance(module, torch.jit.ScriptModule):
        return "torch.jit"
    if isinstance(module, torch.fx.GraphModule):
        return "torch.export or torch.fx"
    return "quantisation" if ".quantized." in type(module).__module__ else None


def _path(name: str) -> str:
    """Path of a module without what torch.compile puts in front."""
    return ".".join(part for part in name.split(".") if part != "_orig_mod")


def _nothing(named: dict[str, nn.Module]) -> str:
    for place, (name, module) in enumerate(named.items()):
        made_by = _what_hides(module)
        if made_by is not None:
            what = "model" if place == 0 else f"the part {name!r} of the model"
            return (
                f"{what} was made by {made_by}, which hides what its recurrent layers do; "
                f"trace the ordinary nn.Module it was made from{'' if place == 0 else ' in its place'}."
            )
    seen = [f"{name} ({type(module).__name__})" for name, module in named.items()]
    shown = ", ".join(seen[:12]) + (f" and {len(seen) - 12} more" if len(seen) > 12 else "")
    return (
        f"model holds no recurrent layer (nn.RNN, nn.LSTM, nn.GRU or their cells); it holds {shown}. If one of these "
        "is a recurrent cell of your own, register its class: rnnviz.register_cell(YourCell, step)."
    )
