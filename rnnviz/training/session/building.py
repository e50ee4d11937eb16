"""Building what a run needs: the model, ours from the settings or somebody's own, its optimiser, a whole task."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn

from rnnviz import limits, tasks
from rnnviz.checks import flag, optional, shown, text, whole
from rnnviz.generators import seeded
from rnnviz.models import SequenceModel, initialise, rescale, set_forget_bias
from rnnviz.tasks import Task
from rnnviz.trace.modules.finding import recurrent_modules
from rnnviz.training.process.precision import DefaultDtype
from rnnviz.training.settings import Settings

__all__ = ["Builder", "builder_of", "complete", "optimizer", "plain", "shape_memory"]

_LONGEST_NAME, _LONGEST_SOURCE = 100, 2000  # they stand in titles, and below the pictures
_OF_A_NETWORK = ("cell", "hidden_size", "num_layers", "bidirectional", "nonlinearity")

Builder = Callable[[Task, Settings], nn.Module]


def builder_of(model: nn.Module | Builder | None, device: torch.device | str = "cpu") -> Builder:
    """Return what builds a run's first model.

    Parameters
    ----------
    model : torch.nn.Module or callable or None
        A module to copy, a function of the task and the settings, or None for the task's own network.
    device : torch.device or str
        Where it will train: a model of one's own may draw its first weights there.

    Raises
    ------
    TypeError
        If it is none of these.
    """
    if model is None:
        return _task_network
    if isinstance(model, nn.Module):
        kept = copy.deepcopy(model)
        # a copy of the copy: every reset begins with these weights, whatever training did to the last
        return _own(lambda task, settings: copy.deepcopy(kept), device)
    # a class is callable too, but with the task and the settings it would build nonsense
    if isinstance(model, type) or not callable(model):
        kind = f"the class {model.__name__}" if isinstance(model, type) else type(model).__name__
        raise TypeError(
            "model must be a torch.nn.Module, or a function of the task and the settings that builds one, such as "
            f"lambda task, settings: SimpleRNN(task.input_size, settings.hidden_size, task.output_size), got {kind}."
        )
    return _own(model, device)


def shape_memory(model: nn.Module, settings: Settings, before: Settings | None = None) -> None:
    """Set the spectral radius and the forget bias where the settings name one that was not set already.

    Parameters
    ----------
    model : torch.nn.Module
        All recurrent layers in it are changed in place.
    settings : Settings
        What is wanted.
    before : Settings, optional
        What was set before.
    """
    for layer in model.modules():
        if not isinstance(layer, nn.RNNBase):
            continue
        if settings.rho is not None and (before is None or before.rho != settings.rho):
            rescale(layer, settings.rho)
        if settings.forget_bias is not None and (before is None or before.forget_bias != settings.forget_bias):
            set_forget_bias(layer, settings.forget_bias)


def plain(parameters: list[torch.nn.Parameter]) -> bool:
    """Return whether every optimiser takes these parameters, as it does those of our own networks."""
    return bool(parameters) and all(type(one) is torch.nn.Parameter and one.is_floating_point() for one in parameters)


def optimizer(settings: Settings, parameters: list[torch.nn.Parameter]) -> torch.optim.Optimizer:
    """Return the optimiser that the settings name."""
    # fused: one kernel, and unlike the plain loop it never asks the host for a number
    kinds: dict[str, Callable[..., torch.optim.Optimizer]]
    kinds = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}
    return kinds[settings.optimizer](parameters, lr=settings.lr, fused=True)


def complete(task: Task) -> Task:
    """Return a task of somebody's own, or raise a TypeError that says what it lacks."""
    if not isinstance(task, Task):
        got = f"the class {task.__name__}; call it" if isinstance(task, type) else type(task).__name__
        raise TypeError(f"task must be a Task or one of {', '.join((*tasks.KNOWN, *tasks.FETCHED))}, got {got}.")
    missing = [name for name in ("name", "input_size", "output_size", "seq_len") if not hasattr(task, name)]
    if missing:
        kind = type(task).__name__
        raise TypeError(f"the task {kind} has no {', '.join(missing)}; set it in the class, such as input_size = 1.")
    whole(1, limits.SIZE)("seq_len of the task", task.seq_len)
    for name in ("vocabulary", "answer_steps"):
        optional(whole(1, limits.SIZE))(f"{name} of the task", getattr(task, name))
    for name, most in (("input_size", limits.SIZE), ("output_size", limits.SIZE), ("steps", limits.STEPS)):
        whole(1, most)(f"{name} of the task", getattr(task, name))
    for name, most in (("name", _LONGEST_NAME), ("metric_name", _LONGEST_NAME), ("source", _LONGEST_SOURCE)):
        if len(value := text(f"{name} of the task", getattr(task, name))) > most:
            raise ValueError(f"{name} of the task must have {most} characters at most, got {len(value)}.")
    for name in ("each_step", "higher_is_better"):
        flag(f"{name} of the task", getattr(task, name))
    for name in ("symbols", "classes"):
        value = getattr(task, name)
        if not isinstance(value, tuple | list) or not all(isinstance(one, str) for one in value):
            raise TypeError(f"{name} of the task must be a tuple of words, such as ('up', 'down'), got {shown(value)}.")
    if task.classes and len(task.classes) != task.output_size:
        raise ValueError(
            f"classes of the task must be as many as output_size={task.output_size}, got {shown(task.classes)}."
        )
    _check_lengths(task.seq_lens)
    if not isinstance(task.defaults, Mapping):
        raise TypeError(f"defaults of the task must be a dict of settings, got {shown(task.defaults)}.")
    return task


def _check_lengths(lengths: Any) -> None:
    if not isinstance(lengths, tuple | list) or len(lengths) != 2:
        raise TypeError(f"seq_lens of the task must be two lengths, such as (5, 20), got {shown(lengths)}.")
    low, high = (whole(1, limits.SIZE)("seq_lens of the task", one) for one in lengths)
    if low > high:
        raise ValueError(f"seq_lens of the task must be the shortest and the longest, got {shown(lengths)}.")


def _task_network(task: Task, settings: Settings) -> nn.Module:
    if type(task).network is not Task.network:
        return _network_of_its_own(task, settings)
    with torch.device("meta"):  # building there draws no random number: torch's global generator stays untouched
        model = task.network(**_sizes(settings))
    assert isinstance(model, SequenceModel)
    model = model.to(torch.float32)  # whatever torch's default is just now: the same settings, the same run
    # on the CPU wherever it trains: a seed then means the same weights on every device
    initialise(_in_memory(model), settings.init, torch.Generator().manual_seed(settings.seed))
    shape_memory(model, settings)
    return model


def _network_of_its_own(task: Task, settings: Settings) -> nn.Module:
    """Build what a task brings, on the CPU too, with torch's global generators seeded, and put back."""
    # in single precision, whatever torch's default is just now: other numbers are drawn for another
    with seeded(settings.seed, "cpu"), torch.device("cpu"), DefaultDtype(torch.float32):
        given: Any = task.network(**_sizes(settings))
    if not isinstance(given, nn.Module):
        raise TypeError(f"network() of the task must return a torch.nn.Module, got {shown(given)}.")
    model: nn.Module = given
    recurrent_modules(model)
    _refuse_empty(model)
    model = model.to(torch.float32)
    if isinstance(model, SequenceModel):
        initialise(model, settings.init, torch.Generator().manual_seed(settings.seed))
    elif settings.init != "default":
        raise ValueError(f"init must be 'default' for the network of the task {task.name!r}, got {settings.init!r}.")
    shape_memory(model, settings)
    return model


def _sizes(settings: Settings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in _OF_A_NETWORK}


def _in_memory(model: SequenceModel) -> SequenceModel:
    try:
        # as to_empty does, but for empty_like, for which torch loads all of sympy where a tensor is on "meta"
        model._apply(lambda one: torch.empty(one.shape, dtype=one.dtype, device="cpu"))  # type: ignore[no-untyped-call]
        return model
    except RuntimeError:  # torch's word for too little memory
        units, layers = model.recurrent.hidden_size, model.recurrent.num_layers
        raise MemoryError(
            f"hidden_size={units} with num_layers={layers} needs more memory than there is; choose smaller ones."
        ) from None


def _refuse_empty(model: nn.Module) -> None:
    for name, weight in model.named_parameters():
        if weight.is_meta:
            raise ValueError(
                f"the model's {name!r} is on the device 'meta', which holds no numbers; build it on 'cpu'."
            )


def _own(build: Builder, device: torch.device | str) -> Builder:
    """Build with torch's global generators seeded, and put them back; the model must hold a recurrent layer."""

    def built(task: Task, settings: Settings) -> nn.Module:
        with seeded(settings.seed, device):
            model: Any = build(task, settings)
        # for its error: a model without a recurrent layer has nothing to watch
        recurrent_modules(model)
        _refuse_empty(model)
        # made under inference_mode, its weights cannot be trained: those of a copy can
        if any(one.is_inference() for one in (*model.parameters(), *model.buffers())):
            model = copy.deepcopy(model)
        shape_memory(model, settings)
        return model  # type: ignore[no-any-return]

    return built
