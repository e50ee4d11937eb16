"""Finds the recurrent layers of a model, and says what is there where it finds none."""

from __future__ import annotations

import inspect
from typing import Any

import torch
from torch import nn

from rnnviz.trace.modules.layers import Recurrent, kind_of

_SHOWN = 6  # candidates that a message names


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
    # torch's parametrize puts that before the class's name
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
    return ".".join(part for part in name.split(".") if part != "_orig_mod") if "_orig_mod" in name else name


def _nothing(named: dict[str, nn.Module]) -> str:
    root = next(iter(named.values()))
    for name, module in named.items():
        made_by = _what_hides(module)
        if made_by is not None and (module is root or made_by == "quantisation"):
            return (
                f"model was made by {made_by}, which hides what its recurrent layers do; "
                "trace the ordinary nn.Module it was made from."
            )
        if made_by is not None and not _is_plain(module):
            what = getattr(module, "original_name", type(module).__name__)
            return (
                f"model holds no recurrent layer that can be seen; its part {name!r} ({what}) was made by {made_by}, "
                "which hides what it does: put the ordinary nn.Module in its place."
            )
    own = {type(one).__name__: name for name, one in named.items() if _may_be_a_cell(one)}
    given_states = [type(one).__name__ for one in named.values() if type(one).__name__ in own and _takes(one) > 1]
    likely = given_states[0] if len(set(given_states)) == 1 else "YourCell"
    seen = [f"{name} ({kind})" for kind, name in own.items()] or _one_of_each(named)
    shown = ", ".join(seen[:_SHOWN]) + (f" and {len(seen) - _SHOWN} kinds more" if len(seen) > _SHOWN else "")
    return (
        f"model holds no recurrent layer (nn.RNN, nn.LSTM, nn.GRU or their cells); it holds {shown}. If one of these "
        f"is a recurrent cell of your own, register its class: rnnviz.register_cell({likely}, step)."
    )


def _may_be_a_cell(module: nn.Module) -> bool:
    """Whether a module is none of torch's, and can be given a state beside its input, or loops over it by itself."""
    if type(module).__module__.partition(".")[0] == "torch":
        return False
    return _takes(module) > 1 or not any(True for _ in module.children()) or "for " in _source(module)


def _takes(module: nn.Module) -> int:
    """How many arguments a module's forward may be given."""
    return sum(one.kind is not one.VAR_KEYWORD for one in inspect.signature(module.forward).parameters.values())


def _source(module: nn.Module) -> str:
    try:
        return inspect.getsource(type(module).forward)
    except (OSError, TypeError):  # made where no source is kept
        return ""


def _one_of_each(named: dict[str, nn.Module]) -> list[str]:
    """The first module of each class, without those that only hold others or squash numbers, if there are others."""
    first: dict[str, str] = {}
    for name, module in named.items():
        first.setdefault(type(module).__name__, name)
    holders = {
        type(one).__name__ for one in named.values() if isinstance(one, nn.Sequential | nn.ModuleList | nn.ModuleDict)
    }
    return [f"{name} ({kind})" for kind, name in first.items() if kind not in holders] or list(first)


def _is_plain(module: nn.Module) -> bool:
    """Whether a scripted part is one of torch's that keeps no state: it hides nothing that could be recurrent."""
    kind = getattr(nn, getattr(module, "original_name", ""), None)
    return kind is not None and not issubclass(kind, nn.RNNBase | nn.RNNCellBase)
