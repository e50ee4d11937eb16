"""TransformersWatch in the real Trainer: what it counts, what it measures, and that it leaves nothing behind."""

import copy
import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments

import rnnviz as rv
from rnnviz.lab.watch.adapters import base, transformers
from tests.lab.trainers import RATE, Batches, ByHand, Classifier, assert_same_layer, hooks

pytestmark = pytest.mark.timeout(120)
CLIP = 0.01


class Means(Classifier):
    """Gives the mean loss of each batch; the Trainer divides it by the number of batches."""

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"loss": self.loss(x, labels)}


class Sums(Classifier):
    """Divides by the number of labels in all batches of the step itself, as language models do, and gives a tuple."""

    def forward(
        self, x: torch.Tensor, labels: torch.Tensor, num_items_in_batch: Any = None, **_more: Any
    ) -> tuple[torch.Tensor]:
        return (self.loss(x, labels, "sum") / (len(labels) if num_items_in_batch is None else num_items_in_batch),)


def rows(batches: Batches) -> list[dict[str, torch.Tensor]]:
    return [{"x": x, "labels": label} for xs, labels in batches for x, label in zip(xs, labels, strict=True)]


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Trainer]:
    """Return a function that builds a quiet Trainer."""

    def build(model: Any, watch: Any, batches: int = 6, accumulate: int = 1, **options: Any) -> Trainer:
        more = {name: options.pop(name) for name in ("eval_dataset", "compute_loss_func") if name in options}
        args = TrainingArguments(
            output_dir=str(tmp_path),
            per_device_train_batch_size=5,
            per_device_eval_batch_size=5,
            gradient_accumulation_steps=accumulate,
            max_grad_norm=CLIP,
            num_train_epochs=1,
            report_to="none",
            save_strategy="no",
            logging_steps=1,
            disable_tqdm=True,
            use_cpu=True,
            **options,
        )
        trainer = Trainer(
            model,
            args,
            train_dataset=rows(Batches(batches)),
            callbacks=watch and [watch],
            optimizer_cls_and_kwargs=(torch.optim.SGD, {"lr": RATE}),
            **more,
        )
        trainer.create_scheduler = lambda *_a, **_k: setattr(
            trainer, "lr_scheduler", torch.optim.lr_scheduler.ConstantLR(trainer.optimizer, factor=1.0)
        )
        trainer.remove_callback(PrinterCallback)
        return trainer

    return build


@pytest.mark.parametrize("kind", [Means, Sums])
@pytest.mark.parametrize("accumulate", [1, 2])
def test_losses_and_norms_are_those_of_each_step_before_clipping(make: Any, kind: Any, accumulate: int) -> None:
    model = kind()
    start, w = copy.deepcopy(model), rv.TransformersWatch(every=1)
    trainer = make(model, w, accumulate=accumulate)
    trainer.train()
    truth = ByHand(start, model.batches, accumulate=accumulate, clip=CLIP)
    assert w.history["step"].tolist() == list(range(1, trainer.state.global_step + 1))
    assert trainer.state.global_step == 6 // accumulate
    np.testing.assert_allclose(w.history["loss"], truth.losses, rtol=1e-5)
    np.testing.assert_allclose(w.history["grad_norm"], truth.norms, rtol=1e-5)


def test_they_are_the_numbers_that_the_trainer_logs(make: Any) -> None:
    w = rv.TransformersWatch(every=1)
    trainer = make(Means(), w, accumulate=2)
    trainer.train()
    logs = [one for one in trainer.state.log_history if "grad_norm" in one]
    np.testing.assert_allclose(w.history["grad_norm"], [one["grad_norm"] for one in logs], rtol=1e-5)
    np.testing.assert_allclose(w.history["loss"], [one["loss"] for one in logs], rtol=1e-5)


@pytest.mark.parametrize("kind", [Means, Sums])
@pytest.mark.parametrize("accumulate", [1, 2])
def test_the_trace_is_that_of_a_copy(make: Any, kind: Any, accumulate: int) -> None:
    model = kind()
    start, w = copy.deepcopy(model), rv.TransformersWatch(every=1)
    make(model, w, batches=4, accumulate=accumulate).train()
    assert_same_layer(w.trace.layers["gru"], ByHand(start, model.batches, accumulate=accumulate, clip=CLIP).layer())


def test_the_training_goes_on_bit_for_bit_as_it_would_have(make: Any) -> None:
    models = [Means(), Means()]
    for model, watch in zip(models, (rv.TransformersWatch(every=1), None), strict=True):
        make(model, watch).train()
    assert all(torch.equal(*pair) for pair in zip(*(one.parameters() for one in models), strict=True))


def test_evaluation_is_not_recorded(make: Any) -> None:
    model, w = Means(), rv.TransformersWatch(every=1)
    options = {"eval_strategy": "steps", "eval_steps": 1, "eval_on_start": True}
    make(model, w, batches=4, eval_dataset=rows(Batches(3, time=9)), **options).train()
    assert model.runs == 3 + 4 * (1 + 3)
    assert w.history["step"].tolist() == [1, 2, 3, 4]
    assert w.trace.layers["gru"].hidden.shape[3] == 6


def test_a_loss_that_is_made_outside_the_model_is_not_invented(make: Any) -> None:
    class Bare(Classifier):
        def forward(self, x: torch.Tensor, labels: None = None) -> dict[str, torch.Tensor]:
            return {"logits": self.head(self.gru(x)[0][:, -1])}

    def loss(output: Any, labels: torch.Tensor, **_more: Any) -> torch.Tensor:
        return torch.nn.functional.cross_entropy(output["logits"], labels)

    w = rv.TransformersWatch(every=1)
    trainer = make(Bare(), w, batches=3, compute_loss_func=loss)
    trainer.train()
    assert np.isnan(w.history["loss"]).all()
    logged = [one["grad_norm"] for one in trainer.state.log_history if "grad_norm" in one]
    np.testing.assert_allclose(w.history["grad_norm"], logged, rtol=1e-5)


def scaled(make: Any, watch: Any, scale: float) -> tuple[Any, Trainer]:
    """Return a model and a Trainer that scales gradients, as it does on a GPU in half precision."""
    model = Means()
    trainer = make(model, watch, batches=4, accumulate=2, fp16=True)
    trainer.accelerator.scaler = torch.amp.GradScaler("cpu", init_scale=scale, growth_interval=1000)
    trainer.accelerator.native_amp = True
    return model, trainer


def test_mixed_precision_shows_the_unscaled_loss_its_gradients_and_their_norm(make: Any) -> None:
    found = []
    for scale in (1.0, 1024.0):
        w = rv.TransformersWatch(every=1)
        scaled(make, w, scale)[1].train()
        found.append((w.history["loss"], w.history["grad_norm"], w.trace.layers["gru"].grad_hidden))
    for plain, other in zip(*found, strict=True):
        np.testing.assert_allclose(other, plain, rtol=2e-3, atol=2e-5)


def test_a_step_that_the_scaler_skips_is_not_counted(make: Any) -> None:
    w = rv.TransformersWatch(every=1)
    model, trainer = scaled(make, w, 2.0**40)
    before = [one.detach().clone() for one in model.parameters()]
    trainer.train()
    assert all(torch.equal(*pair) for pair in zip(model.parameters(), before, strict=True))
    assert w.history.rows == 0


def test_a_finished_training_leaves_no_hook(make: Any) -> None:
    model = Means()
    make(model, rv.TransformersWatch(every=1)).train()
    assert hooks(model) == 0


def test_between_frames_nothing_hangs_on_the_model(make: Any) -> None:
    model, counts = Means(), []
    loss = model.loss
    model.loss = lambda *given: (counts.append(hooks(model)), loss(*given))[1]
    make(model, rv.TransformersWatch(every=3)).train()
    assert [count > 0 for count in counts] == [False, False, True, False, False, True]


class Copies(TrainerCallback):
    """Averages weights, say, after every batch."""

    def __init__(self) -> None:
        self.copies: list[Any] = []

    def on_substep_end(self, args: Any, state: Any, control: Any, model: Any = None, **_more: Any) -> None:
        self.copies.append(copy.deepcopy(model))
        torch.save(model, io.BytesIO())


def test_a_model_can_be_copied_and_saved_in_the_middle_of_a_watched_step(make: Any) -> None:
    model, w, copies = Means(), rv.TransformersWatch(every=1), Copies()
    trainer = make(model, w, batches=4, accumulate=2)
    trainer.add_callback(copies)
    trainer.train()
    assert len(copies.copies) == 2
    assert w.history["step"].tolist() == [1, 2]


@pytest.mark.parametrize("error", [KeyError("x"), KeyboardInterrupt()])
def test_leaving_the_with_block_by_an_exception_leaves_no_hook_and_keeps_the_record(make: Any, error: Any) -> None:
    model = Means(error, at=3)
    w = rv.TransformersWatch(every=1)
    trainer = make(model, w)
    with pytest.raises(type(error)), w:
        trainer.train()
    assert hooks(model) == 0
    assert w.history["step"].tolist() == [1, 2]
    assert w.figure("hidden").data
    assert f"The loop raised {type(error).__name__} after step 2." in w.watch._screen.words


@pytest.fixture
def cell(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A notebook's cell: its end, when somebody waits for it, and what it displays."""
    found = SimpleNamespace(waiting=[], displayed=[])
    events = SimpleNamespace(
        register=lambda _name, call: found.waiting.append(call),
        unregister=lambda _name, call: found.waiting.remove(call),
    )
    for module in (base, transformers):
        monkeypatch.setattr(module, "kernel_shell", lambda: SimpleNamespace(events=events))
    monkeypatch.setattr("IPython.display.display", found.displayed.append)
    return found


def test_the_end_of_a_notebooks_cell_takes_hooks_away_after_an_exception(make: Any, cell: SimpleNamespace) -> None:
    error = KeyError("x")
    model, w = Means(error, at=3), rv.TransformersWatch(every=1)
    with pytest.raises(KeyError):
        make(model, w).train()
    assert hooks(model) > 0
    (ended,) = cell.waiting
    ended(SimpleNamespace(error_in_exec=error))
    assert hooks(model) == 0
    assert cell.waiting == []


def test_pictures_are_displayed_when_training_begins_in_a_notebook(make: Any, cell: SimpleNamespace) -> None:
    w = rv.TransformersWatch(every=1)
    make(Means(), w, batches=2).train()
    assert cell.displayed == [w.watch]
    assert cell.waiting == []


def test_a_second_training_begins_a_new_record_even_after_an_exception(make: Any) -> None:
    model, w = Means(KeyError("x"), at=3), rv.TransformersWatch(every=1)
    trainer = make(model, w, batches=4)
    with pytest.raises(KeyError):
        trainer.train()
    trainer.train()
    assert w.history["step"].tolist() == [1, 2, 3, 4]
    assert hooks(model) == 0


def test_before_a_training_it_says_what_to_do() -> None:
    with pytest.raises(RuntimeError, match="no training has begun; give this TransformersWatch to Trainer"):
        rv.TransformersWatch().history  # noqa: B018 (asking for it is the act under test)
