"""Every public door: what is called, with arguments that are good, one or two of which a test makes bad."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from torch import nn

import rnnviz as rv
from rnnviz.exercises import check, predict, progress
from rnnviz.tasks import (
    Adding,
    Batch,
    CopyMemory,
    Digits,
    Prediction,
    PythonTokens,
    Sunspots,
    Task,
    TemporalOrder,
    make,
)
from rnnviz.trace import LayerTrace, Trace
from rnnviz.training import Settings
from tests.hostile import VALUES

__all__ = ["Door", "doors"]

SETTINGS = (
    *("lr", "schedule", "clip", "batch_size", "optimizer", "input_noise", "rho", "forget_bias", "cell", "hidden_size"),
    *("teacher_forcing", "num_layers", "bidirectional", "seq_len", "init", "nonlinearity", "seed"),
)
SMALL: Mapping[str, Any] = MappingProxyType(
    {"task": "adding", "hidden_size": 4, "seq_len": 8, "device": "cpu", "seed": 0}
)
FOCUS = MappingProxyType({"sample": 0, "layer": 0, "direction": 0, "time": 0, "unit": 0, "gradient": "both"})


@dataclass(frozen=True)
class Door:
    """What is called.

    Parameters
    ----------
    call : callable
        Takes the arguments by name.
    good : mapping
        Arguments that are good.
    said : mapping
        What a sentence may call an argument instead.
    allowed : tuple of str
        Hostile values that are none here: they take too long, or what they raise is their own.
    """

    call: Callable[..., Any]
    good: Mapping[str, Any]
    said: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    allowed: tuple[str, ...] = ()


def closed(made: Any) -> None:
    made.close()


def own_task(**attributes: Any) -> rv.Lab:
    """A task of somebody's own with one attribute that is not what it should be."""

    class Own(Task):
        name, input_size, output_size, seq_len, metric_name = "own", 1, 1, 5, "MSE"

        def batch(self, batch_size: int, generator: torch.Generator) -> Batch:
            x = torch.rand(batch_size, 5, 1, generator=generator)
            return Batch(x, x[:, -1])

        def held_out(self) -> Batch:
            x = torch.linspace(0, 1, 40).reshape(8, 5, 1)
            return Batch(x, x[:, -1])

        def loss(self, outputs: Any, targets: Any) -> Any:
            return (outputs - targets).square().mean()

    for name, value in attributes.items():
        setattr(Own, name, staticmethod(value) if callable(value) and not isinstance(value, type) else value)
    return rv.Lab(Own(), hidden_size=4, device="cpu")


def own_view(**attributes: Any) -> Any:
    """A picture of somebody's own with one attribute that is not what it should be."""
    from rnnviz.views import View

    class Own(View):
        name = "own"

        def skeleton(self, snapshot: Any, focus: Any) -> Any:
            import plotly.graph_objects as go

            return go.Figure(go.Scatter(y=[1.0]))

        def patches(self, snapshot: Any, focus: Any, pixels: Any = None) -> Any:
            return []

    for name, value in attributes.items():
        setattr(Own, name, value)
    lab = rv.Lab(**SMALL, views=[Own()])
    try:
        return lab.widget, lab.figure("own")
    finally:
        lab.close()


def doors(folder: Path) -> dict[str, Door]:
    """Return them by name; what they need is made here, once."""
    torch.manual_seed(0)
    lab, other = rv.Lab(**SMALL), rv.Lab(**SMALL)
    lab.train(3)
    both = rv.compare(["rnn", "gru"], **SMALL)
    both.train(2)
    seen = rv.trace(nn.LSTM(2, 4, batch_first=True), torch.zeros(2, 8, 2), loss=lambda output: output[0].sum())
    layer = {name: getattr(seen.layers["lstm"], name) for name in LayerTrace.__dataclass_fields__}
    watched = rv.watch(model := nn.GRU(2, 5, batch_first=True), every=1)
    with watched:
        for _ in range(3):
            model.zero_grad()
            loss = model(torch.ones(4, 6, 2))[0].square().mean()
            loss.backward()
            watched.step(loss=loss)
    seen.save(folder / "seen.npz")
    page = folder / "run.html"
    task = {name: make(name, seq_len=20) for name in ("adding", "temporal-order", "sunspots", "python-tokens")}
    fresh = lambda: torch.Generator().manual_seed(0)  # noqa: E731
    guess = predict("Is it?", options={"a": "yes", "b": "no"}, answer="a", why="So {it} is.")
    number_guess = predict("How many?", number=True, within=0.5)
    year = np.arange(3.0)
    reader = rv.models.SequenceModel("gru", input_size=2, hidden_size=3, output_size=2, vocabulary=5)
    from tests.answerdoors import answer_doors
    from tests.pairdoors import pair_doors
    from tests.resultdoors import result_doors
    from tests.taskdoors import task_doors

    found: dict[str, Door] = {
        **pair_doors(),
        **task_doors(),
        **answer_doors(),
        **result_doors(folder, lab, both),
        "Lab": Door(
            lambda **given: closed(rv.Lab(**given)),
            {
                **SMALL,
                "model": None,
                "steps": 10,
                "fps": 5.0,
                "show": None,
                "views": None,
                "presets": None,
                "layer": None,
            }
            | {name: getattr(lab.settings, name) for name in SETTINGS},
        ),
        "Lab presets": Door(
            lambda **given: closed(rv.Lab(**SMALL, presets={"Steady": {"clip": 1.0}, **given})),
            {"Slower": {"lr": 1e-4}},
            {"Slower": ("preset", "setting")},
        ),
        "Lab preset": Door(
            lambda **given: closed(rv.Lab(**SMALL, presets={"Slower": given})),
            {"lr": 1e-4, "clip": None},
            {"lr": ("preset", "presets"), "clip": ("preset", "presets")},
        ),
        "Preset": Door(
            lambda **given: closed(rv.Lab(**SMALL, presets=[rv.Preset(**given)])),
            {"name": "Slower", "settings": {"lr": 1e-4}, "sentence": "See what it does.", "anew": False},
        ),
        "Settings": Door(Settings, {name: getattr(lab.settings, name) for name in SETTINGS}),
        "lab.set": Door(
            lambda **given: other.set(**given) and other.set(**vars(lab.settings)),
            {name: getattr(lab.settings, name) for name in SETTINGS},
        ),
        "lab.train": Door(lambda **given: other.train(**given), {"steps": 1}, allowed=("1048576",)),
        "lab.step": Door(lambda **given: other.step(**given), {"n": 1}, allowed=("1048576",)),
        "lab.rewind": Door(lab.rewind, {"step": 1}),
        "lab.read": Door(lambda **given: lab.widget and lab.read(**given), {"rate": 6.0, "start": 0}),
        "lab.figure": Door(lab.figure, {"name": "hidden", "step": None, **FOCUS}),
        "lab.figure perturbation": Door(
            lambda **given: lab.figure("perturbation", **given),
            {"step": 0, "sample": 0, "time": 0, "value": 1.0, "feature": 0, "layer": 0, "direction": 0},
        ),
        "lab.inspect": Door(lab.inspect, {"step": None, **FOCUS}),
        "lab.perturb": Door(lab.perturb, {"sample": 0, "time": 0, "value": 1.0, "feature": 0, "step": None}),
        "lab.save_replay": Door(lab.save_replay, {"path": page, "views": ["hidden"], **FOCUS}),
        "lab.code": Door(lab.code, {"steps": 10}),
        "lab.recipe": Door(lab.recipe, {"link": False}),
        "lab.button": Door(
            lab.button, {"label": "press", "views": ["hidden"], "focus": {"time": 1}, "play": False, "lr": 1e-3}
        ),
        "Lab.from_recipe": Door(
            lambda **given: closed(rv.Lab.from_recipe(**given)),
            {"text": lab.recipe(), "device": "cpu"},
            {"text": ("recipe",)},
        ),
        "sweep": Door(
            rv.sweep,
            {"space": {"lr": [1e-3]}, **SMALL, "trials": 1, "executor": None, "steps": 1, "sampler": "grid"}
            | {"prune": True, "workers": None, "retries": 0, "model": None, "cell": "gru", "batch_size": 4},
            allowed=("1048576",),
        ),
        "sweep range": Door(
            lambda low, high: rv.sweep({"lr": ("log", low, high)}, **SMALL, trials=1, steps=1, sampler="random"),
            {"low": 1e-4, "high": 1e-2},
            {"low": ("lr",), "high": ("lr",)},
        ),
        "compare": Door(
            lambda **given: closed(rv.compare(**given)),
            {"models": ["rnn", "gru"], **SMALL, "steps": 10, "fps": 5.0, "show": None, "views": None, "lr": 1e-3}
            | {"presets": None},
            {"models": ("cell",)},
        ),
        "compare entry": Door(
            lambda **given: closed(rv.compare([{"cell": "gru"}, given], **SMALL, batch_size=4)),
            {"cell": "rnn", "lr": 1e-3, "clip": None},
            dict.fromkeys(("cell", "lr", "clip"), ("models",)),
        ),
        "Comparison.from_recipe": Door(
            lambda **given: closed(rv.Comparison.from_recipe(**given)),
            {"text": both.recipe(), "device": "cpu"},
            {"text": ("recipe",)},
        ),
        "saliency": Door(
            lambda **given: rv.saliency(given["model"], given["inputs"], target=given["target"]),
            {"model": reader, "inputs": torch.tensor([[1, 2, 3]]), "target": 1},
        ),
        "fixed_points": Door(
            rv.fixed_points,
            {"model": model, "inputs": torch.ones(4, 6, 2), "n": 8, "tol": 1e-6, "layer": "gru", "constant_input": 0.5}
            | {"seed": 0},
            {"inputs": ("recurrent layer",)},
            # what its own forward says of it is the model's
            allowed=tuple(name for name in VALUES if name.startswith("tensor") and "meta" not in name),
        ),
        "data.path": Door(rv.data.path, {"name": "addresses"}),
        "both.figure": Door(both.figure, {"name": "hidden", "step": None, "sample": 0}),
        "both.train": Door(both.train, {"steps": 1}, allowed=("1048576",)),
        "both.save_replay": Door(both.save_replay, {"path": page, "views": ["hidden"], "sample": 0}),
        "watch": Door(
            lambda **given: closed(rv.watch(**given)),
            {"model": model, "every": 1, "fps": 5.0, "probe": None, "sequences": 8, "scaler": None},
        ),
        "w.figure": Door(watched.figure, {"name": "hidden", "module": None, "sample": 0, "layer": 0, "direction": 0}),
        "w.save_replay": Door(watched.save_replay, {"path": page, "views": None, "module": None, "sample": 0}),
        "LightningWatch": Door(rv.LightningWatch, {"every": 1, "fps": 5.0, "sequences": 8, "show": True}),
        "TransformersWatch": Door(rv.TransformersWatch, {"every": 1, "fps": 5.0, "sequences": 8, "show": True}),
        "SimpleRNN()": Door(rv.models.SimpleRNN(2, 4, 1), {"x": torch.zeros(2, 8, 2)}),
        "LSTMModel()": Door(rv.models.LSTMModel(2, 4, 1), {"x": torch.zeros(2, 8, 2)}),
        "SequenceModel()": Door(rv.models.SequenceModel("gru", 2, 4, 1), {"inputs": torch.zeros(2, 8, 2)}),
        "SequenceModel() of tokens": Door(
            rv.models.SequenceModel("gru", 2, 4, 1, vocabulary=5),
            {"inputs": torch.zeros(2, 8).long(), "lengths": torch.tensor([8, 3])},
        ),
        "WordTagger": Door(
            rv.models.WordTagger,
            {"word_of": [0, 1, 2], "shape_of": [0, 1, 1], "tags": 2, "word_size": 3, "shape_size": 2, "hidden_size": 4}
            | {"cell": "gru", "num_layers": 1, "bidirectional": True, "nonlinearity": "tanh"},
        ),
        **{
            f"{one.__name__}{way}": Door(called, {"inputs": inputs, "state": torch.zeros(2, 4)})
            for one in (rv.models.MinGRU, rv.models.MinLSTM)
            for way, called, inputs in (
                ("()", one(2, 4).forward, torch.zeros(2, 8, 2)),
                (".step", one(2, 4).step, torch.zeros(2, 2)),
            )
        },
        "linear_scan": Door(
            rv.models.linear_scan,
            {"carry": torch.zeros(2, 8, 4), "added": torch.zeros(2, 8, 4), "initial": torch.zeros(2, 4)},
        ),
        "SkipRNN()": Door(rv.models.SkipRNN(2, 4, 1), {"inputs": torch.zeros(2, 8, 2)}),
        "ClockworkRNN()": Door(rv.models.ClockworkRNN(2, 8, 1), {"inputs": torch.zeros(2, 8, 2)}),
        "SelfAttention()": Door(rv.models.SelfAttention(2, 4, 1, 8), {"inputs": torch.zeros(2, 8, 2)}),
        "SequenceTagger()": Door(
            rv.models.SequenceTagger(9, 3, 4, 2), {"tokens": torch.zeros(2, 8).long(), "lengths": torch.tensor([8, 3])}
        ),
        "w.step": Door(lambda **given: stepped(model, given), {"loss": 1.0, "grad_norm": 1.0}),
        "trace": Door(
            lambda model, loss, kwargs: rv.trace(model, torch.zeros(2, 8, 2), loss=loss, kwargs=kwargs),
            {"model": nn.GRU(2, 4, batch_first=True), "loss": None, "kwargs": None},
            allowed=("module", "module class", "class", "dict"),
        ),
        "trace inputs": Door(
            lambda inputs: rv.trace(nn.GRU(2, 4, batch_first=True), inputs),
            {"inputs": torch.zeros(2, 8, 2)},
            {"inputs": ("recurrent layer",)},
            allowed=tuple(
                name for name in VALUES if name.startswith("tensor") and "meta" not in name
            ),  # its own errors
        ),
        "lab.type": Door(
            rv.Lab(rv.tasks.Surnames(), hidden_size=4, device="cpu").type,
            {"text": "Novak"},
            allowed=("100 kB of words",),
        ),
        "lab.show_layer": Door(lab.show_layer, {"layer": "recurrent"}),
        "both.rewind": Door(both.rewind, {"step": 1}),
        "both.code": Door(both.code, {"steps": 10}),
        "both.recipe": Door(both.recipe, {"link": False}),
        "both.set": Door(
            lambda **given: both.set(**given) and both.set(lr=1e-3, clip=None), {"lr": 1e-3, "clip": None}
        ),
        "both.read": Door(lambda **given: both.widget and both.read(**given), {"rate": 6.0, "start": 0}),
        "data.get": Door(lambda name: rv.data.path(name) and rv.data.get(name), {"name": "addresses"}),
        "register_cell": Door(
            lambda **given: rv.register_cell(**given), {"cell": Unregistered, "step": print, "start": None}
        ),
        "Trace": Door(
            lambda **given: used(Trace(**given)), {"layers": seen.layers, "loss": 1.0, "output": np.zeros(3)}
        ),
        "LayerTrace": Door(lambda **given: used(Trace(layers={"a": LayerTrace(**given)})), layer),
        "Trace.save": Door(seen.save, {"path": folder / "again.npz"}),
        "Trace.load": Door(Trace.load, {"path": folder / "seen.npz"}),
        "trace.layers": Door(lambda name: seen.layers[name], {"name": "lstm"}, {"name": ("layer",)}),
        "history": Door(lambda name: lab.history[name], {"name": "loss"}, {"name": ("column",)}),
        "make": Door(make, {"name": "adding", "seq_len": 20, "seed": 0}, {"name": ("task",)}),
        "Adding": Door(Adding, {"seq_len": 20, "seed": 0}),
        "TemporalOrder": Door(TemporalOrder, {"seq_len": 20, "seed": 0}),
        "CopyMemory": Door(CopyMemory, {"seq_len": 30, "seed": 0}),
        "Digits": Door(Digits, {"order": "rows"}),
        "Sunspots": Door(Sunspots, {"seq_len": 20, "horizon": 12}),
        "PythonTokens": Door(PythonTokens, {"seq_len": 20}),
        "Batch": Door(lambda **given: Batch(**given), {"inputs": torch.zeros(2, 8, 1), "targets": torch.zeros(2, 1)}),
        "Prediction": Door(
            Prediction,
            {"x": year, "truth": year, "forecast": year, "baseline": year, "x_title": "year", "y_title": "spots"},
        ),
        "SimpleRNN": Door(rv.models.SimpleRNN, {"input_size": 2, "hidden_size": 4, "output_size": 1}),
        "LSTMModel": Door(rv.models.LSTMModel, {"input_size": 2, "hidden_size": 4, "output_size": 1, "num_layers": 1}),
        **{
            one.__name__: Door(one, {"input_size": 2, "hidden_size": 4, "negative_carry": False})
            for one in (rv.models.MinGRU, rv.models.MinLSTM)
        },
        "SkipRNN": Door(
            rv.models.SkipRNN,
            {"input_size": 2, "hidden_size": 4, "output_size": 1, "skip": 3, "each_step": False},
        ),
        "ClockworkRNN": Door(
            rv.models.ClockworkRNN,
            {"input_size": 2, "hidden_size": 4, "output_size": 1, "periods": (1, 2), "each_step": False},
        ),
        "SelfAttention": Door(
            rv.models.SelfAttention,
            {"input_size": 2, "hidden_size": 4, "output_size": 1, "positions": 8, "causal": False, "each_step": False},
        ),
        "SequenceTagger": Door(
            rv.models.SequenceTagger,
            {"vocabulary": 9, "embedding_size": 3, "hidden_size": 4, "tags": 2, "padding": 0},
        ),
        "SequenceModel": Door(
            rv.models.SequenceModel,
            {"cell": "gru", "input_size": 2, "hidden_size": 4, "output_size": 1, "num_layers": 1}
            | {"bidirectional": False, "nonlinearity": "tanh", "vocabulary": None, "each_step": False},
        ),
        "initialise": Door(
            rv.models.initialise,
            {"model": rv.models.SequenceModel("gru", 2, 4, 1), "how": "xavier", "generator": fresh()},
        ),
        "rescale": Door(rv.models.rescale, {"layer": nn.GRU(2, 4), "radius": 1.0}),
        "set_forget_bias": Door(rv.models.set_forget_bias, {"layer": nn.LSTM(2, 4), "bias": 1.0}),
        "spectral_radius": Door(rv.models.spectral_radius, {"matrix": torch.eye(3)}),
        **{
            f"cells.{one.__name__}": Door(one, {"input_size": 2, "hidden_size": 4})
            for one in (rv.cells.RNN, rv.cells.LSTM, rv.cells.GRU)
        },
        "cells.from_torch": Door(rv.cells.GRU.from_torch, {"layer": nn.GRU(2, 4)}),
        "cells.GRU()": Door(rv.cells.GRU(2, 4).forward, {"x": torch.zeros(2, 8, 2), "state": None}),
        "cells.LSTM()": Door(rv.cells.LSTM(2, 4).forward, {"x": torch.zeros(2, 8, 2), "state": None}),
        "check": Door(check, {"id": "01.parameter-count", "answer": 160}, {"id": ("exercise",)}),
        "predict": Door(
            predict,
            {"question": "Is it?", "options": {"a": "yes", "b": "no"}, "answer": "a", "why": "So."},
            {
                "question": ("prediction",),
                "options": ("prediction",),
                "answer": ("prediction",),
                "why": ("prediction",),
            },
        ),
        "progress": Door(progress, {"folder": folder}, {"folder": ("path",)}),
        "predict number": Door(
            predict,
            {"question": "How many?", "number": True, "answer": 3.0, "unit": "steps", "factor": 3.0, "why": "So."},
        ),
        "guess.commit": Door(guess.commit, {"answer": "a"}),
        "number.commit": Door(number_guess.commit, {"answer": 3.0}),
        "number.reveal": Door(number_guess.reveal, {"measured": 3.0}),
        "guess.reveal": Door(guess.reveal, {"it": 3}),
        **{
            f"own task {name}": Door(lambda **given: closed(own_task(**given)), {name: good}, {name: ("task", name)})
            for name, good in {
                **{"name": "own", "source": "", "input_size": 1, "output_size": 1, "vocabulary": None},
                **{"each_step": False, "symbols": (), "classes": (), "seq_len": 5, "seq_lens": (5, 5)},
                **{"metric_name": "MSE", "higher_is_better": False, "steps": 10, "defaults": {}},
            }.items()
        },
        **{
            f"own view {name}": Door(own_view, {name: good}, {name: ("view", name)})
            for name, good in {"name": "own", "height": 300, "shares_time": True, "help": "words"}.items()
        },
    }
    for name, one in task.items():
        batch = one.batch(3, fresh())
        answers = torch.zeros(3, 20, one.output_size) if one.each_step else torch.zeros(3, one.output_size)
        found |= {
            f"{name}.batch": Door(one.batch, {"batch_size": 3, "generator": fresh()}),
            f"{name}.with_seq_len": Door(one.with_seq_len, {"seq_len": 20}),
            f"{name}.probe": Door(one.probe, {"size": 2}),
            f"{name}.probe_index": Door(one.probe_index, {"sample": 1}),
            f"{name}.time_labels": Door(one.time_labels, {"sample": 1}),
            f"{name}.sample_span": Door(one.sample_span, {"sample": 1}),
            f"{name}.to": Door(one.to, {"device": "cpu"}),
            f"{name}.loss": Door(one.loss, {"outputs": answers, "targets": batch.targets}),
            f"{name}.metric": Door(one.metric, {"outputs": answers, "targets": batch.targets}),
            f"{name}.prediction": Door(one.prediction, {"outputs": torch.zeros(len(one.held_out()), one.output_size)}),
        }
    return found


class Unregistered(nn.Module):
    """A cell that is registered again and again."""


def used(trace: Trace) -> None:
    """Ask a trace for what is worked out when it is asked for."""
    repr(trace)
    for layer in trace.layers.values():
        layer.saturation  # noqa: B018
        if layer.kind in ("rnn", "lstm", "gru") and "W_hh" in layer.weights:
            layer.jacobian_norms, layer.jacobian_products  # noqa: B018


def stepped(model: nn.Module, given: Mapping[str, Any]) -> None:
    with rv.watch(model, every=1) as watched:
        model.zero_grad()
        model(torch.ones(4, 6, 2))[0].square().mean().backward()
        watched.step(**given)
