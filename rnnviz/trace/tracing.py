"""`trace`: run a model once and say what every recurrent layer in it did."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor, nn

from rnnviz.checks import kind_of, shown
from rnnviz.trace.capture.calls import Call
from rnnviz.trace.capture.capture import Capture
from rnnviz.trace.isolation.meta import needing_numbers
from rnnviz.trace.isolation.surroundings import OnlyComputing, ordinary, recomputing, runnable, untouched
from rnnviz.trace.modules.finding import recurrent_modules
from rnnviz.trace.modules.layers import Recurrent
from rnnviz.trace.recompute.assemble import layers_from
from rnnviz.trace.result.resident import resident
from rnnviz.trace.result.trace import Trace


def trace(
    model: nn.Module,
    *inputs: Any,
    loss: Callable[[Any], Tensor] | None = None,
    kwargs: Mapping[str, Any] | None = None,
) -> Trace:
    """Run `model` once and return what every recurrent layer inside it did.

    The model is left as it was: gradients, flags, buffers, hooks, its own attributes (a state that it keeps for the
    next batch) and the random generators of torch, numpy and Python. It runs in the mode it is in, so dropout and the
    like are active if the model is training; the masks that the run draws are those of the result.
    (On a GPU, cuDNN's dropout between layers cannot be repeated: such a layer runs on PyTorch's own kernels instead.)

    Calls of one module whose state feeds the next are joined along time, with gradients or without: cells, or layers
    called step by step. A state that the model only moves on the way (stacks, takes apart, views) feeds the next call
    unchanged; it may also change (masks, attention), and what comes back through such a change counts as direct. Calls
    with sequences of different lengths, with batches of different sizes, and bidirectional ones, stay apart; those of a
    registered cell are joined where the batch shrinks from call to call as its sequences end. Where a model changes
    weights from call to call (masks on them, ``functional_call``), each call is recomputed with those it used.

    What lies on a GPU stays there until it is read: then all of a layer comes over with one wait. States are those
    that the call gave, in TF32 where torch is allowed to use it (cuDNN's recurrent layers are by default, see
    ``torch.backends.cudnn.rnn.fp32_precision``); gates and gradients are worked out from them in full precision.

    A model compiled by ``torch.compile`` runs uncompiled. Under autocast states are what the layer gave, and gates
    and gradients are worked out from them in the weights' precision, at least float32. Gradients too small for full
    precision (below 1.2e-38 in float32) are taken for zero.

    Parameters
    ----------
    model
        Any module that holds ``nn.RNN``, ``nn.LSTM``, ``nn.GRU``, their cells, registered cells or those of the
        packages ``ncps`` and ``torchrecurrent``, at any depth.
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

    Raises
    ------
    TypeError
        If `model` is no module, `loss` is no function, `kwargs` is no mapping, or a recurrent layer is given integers
        or no tensor.
    ValueError
        If no recurrent layer is found or none runs, or one runs in a function that torch.func transforms; or if the
        loss is not a scalar, calls backward itself, or contains a gradient through a recurrent layer (a gradient
        penalty); or if the model or its inputs lie on the device "meta", which holds no numbers.

    Warns
    -----
    UserWarning
        If the loss does not depend on any recurrent layer: every gradient is zero.

    Examples
    --------
    >>> import torch
    >>> lstm = nn.LSTM(3, 5, batch_first=True)
    >>> found = trace(lstm, torch.zeros(2, 7, 3), loss=lambda output: output[0][:, -1].sum())
    >>> found.layers["lstm"].grad_hidden.shape  # layer, direction, batch, time, unit
    (1, 1, 2, 7, 5)
    """
    modules = recurrent_modules(model)
    if loss is not None and not callable(loss):
        raise TypeError(f"loss must be a function from the model's output to a scalar, got {type(loss).__name__}.")
    kwargs = {} if kwargs is None else kwargs
    if not isinstance(kwargs, Mapping) or not all(isinstance(name, str) for name in kwargs):
        raise TypeError(f"kwargs must be a dict of keyword arguments for the model, got {kind_of(kwargs)}.")
    _check_names(model, kwargs)
    with needing_numbers(model, inputs, kwargs) as given:
        capture, (output, value, depends) = _captured(modules, model, inputs, dict(kwargs), loss)
        given.append(capture.calls[0].output)
    # before the recomputation: the graph holds every activation, and the recomputation wants room
    capture.release()
    if not depends:
        warnings.warn("the loss does not depend on any recurrent layer: every gradient is zero.", stacklevel=2)
    with recomputing(capture.calls[0].output.device.type):
        layers = layers_from(capture.calls)
    return resident(Trace, {"loss": value, "output": output}, _told, layers=layers)


def _captured(
    modules: Mapping[str, Recurrent],
    model: nn.Module,
    inputs: tuple[Any, ...],
    kwargs: dict[str, Any],
    loss: Callable[[Any], Tensor] | None,
) -> tuple[Capture, tuple[Tensor | None, Tensor | None, bool]]:
    """Run, and once more where the model or its loss turns out to need what takes longer, and few ask for."""
    spare, clones = True, False
    while True:
        capture = Capture(modules, gradients=loss is not None, spare=spare)
        try:
            return capture, _run(capture, model, inputs, kwargs, loss, clones=clones)
        except RuntimeError as error:
            # frozen or raw layers ran without a graph, which is faster, and now somebody asks for a weight's gradient
            if capture.spared and "not have been used in the graph" in str(error):
                spare = False
            # weights, buffers or targets that were made under inference_mode
            elif not clones and "inference tensor" in str(error).lower():
                clones = True
            else:
                raise


def _check_names(model: nn.Module, kwargs: Mapping[str, Any]) -> None:
    """Raise a TypeError if the model's forward has no argument of such a name."""
    try:
        takes = inspect.signature(model.forward).parameters if kwargs else {}
    except ValueError:  # Python knows no names of what is written in another language
        return
    if any(one.kind is one.VAR_KEYWORD for one in takes.values()):
        return
    for name in kwargs:
        if name not in takes:
            raise TypeError(
                f"kwargs must name arguments of the model's forward ({', '.join(takes)}), got {shown(name)}."
            )


def _run(
    capture: Capture,
    model: nn.Module,
    inputs: tuple[Any, ...],
    kwargs: dict[str, Any],
    loss: Callable[[Any], Tensor] | None,
    *,
    clones: bool,
) -> tuple[Tensor | None, Tensor | None, bool]:
    """Copy of the output, the loss, and whether it depends on any recurrent layer; the graph ends with this frame."""
    # untouched outside: what the run needs must be undone before the model is put back
    with untouched(model), runnable(model, gradients=loss is not None, clones=clones):
        return _ran(capture, model, inputs, kwargs, loss)


def _ran(
    capture: Capture,
    model: nn.Module,
    inputs: tuple[Any, ...],
    kwargs: dict[str, Any],
    loss: Callable[[Any], Tensor] | None,
) -> tuple[Tensor | None, Tensor | None, bool]:
    inputs, kwargs = ordinary(inputs), ordinary(kwargs) if kwargs else kwargs
    with capture.origins, capture:
        output = model(*inputs, **kwargs)
    _check_ran(capture)
    copied = _copy(output)  # before the loss, which may change the output in place
    if loss is None:
        return copied, None, True
    value = _valued(loss, output)
    _check_first_order(capture)
    depends = capture.backward(value)
    _check_reached(capture, value)
    return copied, value.detach().clone(), depends


def _check_reached(capture: Capture, loss: Tensor) -> None:
    hidden = [call for call in capture.calls if not any(one is not None for one in _all_gradients(call))]
    if hidden and _ran_behind(loss, "CheckpointFunctionBackward"):
        raise ValueError(
            f"the model calls {hidden[0].name!r} inside torch.utils.checkpoint with use_reentrant=True, which hides it "
            "from autograd; call checkpoint with use_reentrant=False."
        )


def _check_first_order(capture: Capture) -> None:
    if capture.derived:
        raise ValueError(
            f"the loss differentiates through the recurrent layer {min(capture.derived)!r} (create_graph=True, as a "
            "gradient penalty does), and a trace follows first derivatives only; trace with a loss that leaves that "
            "part out."
        )


def _check_ran(capture: Capture) -> None:
    if not capture.calls:
        raise ValueError(
            f"the model ran without calling any of its recurrent layers ({', '.join(capture.names)}); "
            "let its forward call them as self.layer(x): what runs by self.layer.forward(x), or by functions with the "
            "layer's weights, cannot be seen."
        )


def _valued(loss: Callable[[Any], Tensor], output: Any) -> Tensor:
    with OnlyComputing():
        value: Any = loss(output)
    if not isinstance(value, Tensor):
        raise TypeError(f"loss must return a scalar tensor, got {type(value).__name__}.")
    if value.numel() != 1:
        raise ValueError(
            f"loss must return a scalar, got a tensor of shape {tuple(value.shape)}; reduce it with .mean() or .sum()."
        )
    if value.is_complex():
        raise ValueError(f"loss must return a real number, got {value.dtype}; take .real or .abs() of it.")
    return value


def _all_gradients(call: Call) -> tuple[Tensor | None, ...]:
    found = call.gradients
    return () if found is None else (found.output, *found.states, *found.links)


def _ran_behind(loss: Tensor, name: str) -> bool:
    """Whether a node of that name is in the graph of the loss."""
    seen: set[Any] = set()
    ahead: list[Any] = [loss.grad_fn]
    while ahead:
        node = ahead.pop()
        if node is not None and node not in seen:
            seen.add(node)
            ahead.extend(parent for parent, _ in node.next_functions)
    return any(node.name() == name for node in seen)


def _copy(output: Any) -> Tensor | None:
    return output.detach().clone() if isinstance(output, Tensor) else None


def _told(found: dict[str, Any]) -> dict[str, Any]:
    loss = found["loss"]
    return {**found, "loss": None if loss is None else float(loss.item())}
