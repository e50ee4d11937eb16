"""LightningWatch in real Lightning Trainers: what it counts, what it measures, and that it leaves nothing behind."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytorch_lightning
import torch
from lightning.pytorch import LightningModule, Trainer
from lightning.pytorch.plugins import MixedPrecision
from torch import nn

import rnnviz as rv
from rnnviz.lab.watch.adapters import base
from tests.lab.trainers import RATE, Batches, ByHand, Classifier, assert_same_layer, hooks
from tests.processes import printed_by

pytestmark = pytest.mark.timeout(120)
CLIP = 0.01


class Lit(LightningModule):
    """The classifier as Lightning has it."""

    def __init__(self, model: Classifier) -> None:
        super().__init__()
        self.model = model

    def training_step(self, batch: Any, _index: int) -> torch.Tensor:
        return self.model.loss(*batch)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=RATE)


class Validated(Lit):
    """Validates too."""

    def validation_step(self, batch: Any, _index: int) -> None:
        self.model.loss(*batch)


class TwoOptimizers(LightningModule):
    """Steps by hand, two in every batch: the layer first, then the head."""

    def __init__(self, model: Classifier) -> None:
        super().__init__()
        self.model, self.automatic_optimization = model, False

    def training_step(self, batch: Any, _index: int) -> None:
        for optimizer in self.optimizers():
            self.zero_grad()
            self.manual_backward(self.model.loss(*batch))
            optimizer.step()

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        return [torch.optim.SGD(part.parameters(), lr=RATE) for part in (self.model.gru, self.model.head)]


@pytest.fixture
def fit(tmp_path: Path) -> Callable[..., Any]:
    """Return a function that trains quietly and returns the Trainer."""

    def train(
        watch: Any, model: Any, batches: Batches, *validation: Batches, kind: Any = Trainer, **options: Any
    ) -> Any:
        quiet = dict.fromkeys(["logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary"], False)
        options = {"max_epochs": 1, "accelerator": "cpu", "default_root_dir": tmp_path, **quiet, **options}
        trainer = kind(callbacks=watch and [watch], **options)
        trainer.fit(model, batches, *validation)
        return trainer

    return train


@pytest.fixture
def interrupts() -> Iterator[None]:
    """Give Ctrl-C back to Python: after an interrupt Lightning leaves it ignored."""
    handler = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, handler)


@pytest.mark.parametrize("accumulate", [1, 2])
def test_losses_and_norms_are_those_of_each_step_before_clipping(fit: Any, accumulate: int) -> None:
    model, batches = Classifier(), Batches(6)
    truth = ByHand(model, list(batches), accumulate=accumulate, clip=CLIP)
    w = rv.LightningWatch(every=1)
    trainer = fit(w, Lit(model), batches, accumulate_grad_batches=accumulate, gradient_clip_val=CLIP)
    assert w.history["step"].tolist() == list(range(1, trainer.global_step + 1))
    assert trainer.global_step == 6 // accumulate
    np.testing.assert_allclose(w.history["loss"], truth.losses, rtol=1e-5)
    np.testing.assert_allclose(w.history["grad_norm"], truth.norms, rtol=1e-5)


@pytest.mark.parametrize("accumulate", [1, 2])
def test_the_trace_is_that_of_a_copy(fit: Any, accumulate: int) -> None:
    model, batches = Classifier(), Batches(4)
    truth = ByHand(model, list(batches), accumulate=accumulate, clip=CLIP)
    w = rv.LightningWatch(every=1)
    fit(w, Lit(model), batches, accumulate_grad_batches=accumulate, gradient_clip_val=CLIP)
    assert_same_layer(w.trace.layers["model.gru"], truth.layer())


def test_the_training_goes_on_bit_for_bit_as_it_would_have(fit: Any) -> None:
    model, batches = Classifier(), Batches(6)
    alone = Lit(Classifier())
    fit(None, alone, batches, gradient_clip_val=CLIP)
    fit(rv.LightningWatch(every=1), Lit(model), batches, gradient_clip_val=CLIP)
    assert all(torch.equal(*pair) for pair in zip(model.parameters(), alone.model.parameters(), strict=True))


def test_validation_is_not_recorded(fit: Any) -> None:
    model = Classifier()
    w = rv.LightningWatch(every=1)
    fit(w, Validated(model), Batches(4), Batches(3, time=9), val_check_interval=1)
    assert model.runs == 2 + 4 * (1 + 3)  # two to try validation, then three after every step
    assert w.history["step"].tolist() == [1, 2, 3, 4]
    assert w.trace.layers["model.gru"].hidden.shape[3] == 6


def test_every_step_of_manual_optimisation_counts(fit: Any) -> None:
    w = rv.LightningWatch(every=1)
    trainer = fit(w, TwoOptimizers(Classifier()), Batches(3))
    assert trainer.global_step == 6
    assert w.history["step"].tolist() == [1, 2, 3, 4, 5, 6]
    assert np.isfinite(w.history["loss"]).all()
    assert np.isfinite(w.history["grad_norm"]).all()


def test_an_optimiser_that_runs_the_model_many_times_makes_one_step(fit: Any) -> None:
    model, losses = Classifier(), []
    lit = Lit(model)
    lit.on_before_backward = lambda loss: losses.append(float(loss.detach()))
    lit.configure_optimizers = lambda: torch.optim.LBFGS(model.parameters(), max_iter=3)
    w = rv.LightningWatch(every=1)
    fit(w, lit, Batches(2))
    assert model.runs > 2
    assert w.history["step"].tolist() == [1, 2]
    assert w.history["loss"].tolist() == pytest.approx([losses[len(losses) // 2 - 1], losses[-1]])


def test_mixed_precision_shows_the_unscaled_loss_its_gradients_and_their_norm(fit: Any) -> None:
    found = []
    for scale in (1.0, 1024.0):
        scaler = torch.amp.GradScaler("cpu", init_scale=scale, growth_interval=1000)
        w = rv.LightningWatch(every=1)
        plugin = MixedPrecision("16-mixed", "cpu", scaler)
        fit(w, Lit(Classifier()), Batches(4), accumulate_grad_batches=2, gradient_clip_val=CLIP, plugins=[plugin])
        found.append((w.history["loss"], w.history["grad_norm"], w.trace.layers["model.gru"].grad_hidden))
    for plain, scaled in zip(*found, strict=True):
        np.testing.assert_allclose(scaled, plain, rtol=2e-3, atol=2e-5)


def test_a_step_that_the_scaler_skips_is_not_counted(fit: Any) -> None:
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**40)
    w = rv.LightningWatch(every=1)
    model = Classifier()
    before = [one.detach().clone() for one in model.parameters()]
    fit(w, Lit(model), Batches(3), plugins=[MixedPrecision("16-mixed", "cpu", scaler)])
    assert all(torch.equal(*pair) for pair in zip(model.parameters(), before, strict=True))
    assert w.history.rows == 0


def test_a_trainer_of_the_other_package_takes_it_too(fit: Any) -> None:
    class Other(pytorch_lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.gru = nn.GRU(3, 4, batch_first=True)

        def training_step(self, batch: Any, _index: int) -> torch.Tensor:
            return self.gru(batch[0])[0].square().mean()

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.SGD(self.parameters(), lr=RATE)

    w = rv.LightningWatch(every=1)
    fit(w, Other(), Batches(3), kind=pytorch_lightning.Trainer)
    assert w.history["step"].tolist() == [1, 2, 3]


def test_a_probe_is_traced_with_the_weights_after_the_step(fit: Any) -> None:
    model, x = Classifier(), torch.ones(2, 6, 3)
    w = rv.LightningWatch(every=2, probe=x)
    lit = Lit(model)
    lit.forward = lambda given: model.gru(given)
    fit(w, lit, Batches(4), gradient_clip_val=CLIP)
    assert w.history["step"].tolist() == [2, 4]
    np.testing.assert_array_equal(w.trace.layers["model.gru"].hidden[0, 0], model.gru(x)[0].detach())


def test_a_finished_training_leaves_no_hook(fit: Any) -> None:
    model = Classifier()
    lit = Lit(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    lit.configure_optimizers = lambda: optimizer
    fit(rv.LightningWatch(every=1), lit, Batches(3))
    assert hooks(lit) == 0
    assert len(optimizer._optimizer_step_post_hooks) == 0


@pytest.mark.parametrize(("error", "comes_out"), [(KeyError("x"), KeyError), (KeyboardInterrupt(), SystemExit)])
@pytest.mark.usefixtures("interrupts")
def test_an_exception_leaves_no_hook_and_keeps_the_record(fit: Any, error: Any, comes_out: Any) -> None:
    lit = Lit(Classifier(error, at=3))
    w = rv.LightningWatch(every=1)
    with pytest.raises(comes_out):
        fit(w, lit, Batches(5))
    assert hooks(lit) == 0
    assert w.history["step"].tolist() == [1, 2]
    assert w.figure("hidden", module="model.gru").data
    assert f"The loop raised {type(error).__name__} after step 2." in w.watch._screen.words


def test_a_second_training_begins_a_new_record(fit: Any) -> None:
    w, lit = rv.LightningWatch(every=1), Lit(Classifier())
    fit(w, lit, Batches(4))
    first = w.watch
    fit(w, lit, Batches(2))
    assert w.history.rows == 2
    assert first.history.rows == 4


def test_a_model_without_recurrent_layers_is_refused_when_training_begins(fit: Any) -> None:
    lit = Lit(Classifier())
    lit.model.gru = nn.Identity()
    with pytest.raises(ValueError, match="recurrent layer"):
        fit(rv.LightningWatch(), lit, Batches(2))


def test_before_a_training_it_says_what_to_do() -> None:
    w = rv.LightningWatch()
    with pytest.raises(RuntimeError, match=r"no training has begun; give this LightningWatch to Trainer\(callbacks="):
        w.figure("hidden")
    assert repr(w) == "LightningWatch()"


@pytest.mark.parametrize(("notebook", "show", "times"), [(True, True, 1), (True, False, 0), (False, True, 0)])
def test_pictures_are_displayed_when_training_begins_in_a_notebook(
    fit: Any, monkeypatch: pytest.MonkeyPatch, notebook: bool, show: bool, times: int
) -> None:
    displayed: list[Any] = []
    monkeypatch.setattr(base, "kernel_shell", lambda: object() if notebook else None)
    monkeypatch.setattr("IPython.display.display", displayed.append)
    w = rv.LightningWatch(every=1, show=show)
    fit(w, Lit(Classifier()), Batches(1))
    assert displayed == [w.watch] * times


def test_the_picture_of_the_norm_says_that_it_is_unclipped(fit: Any) -> None:
    w = rv.LightningWatch(every=1)
    fit(w, Lit(Classifier()), Batches(3), gradient_clip_val=CLIP)
    assert "gradient norm, unclipped" in [note.text for note in w.figure("curves").layout.annotations]


def test_without_the_library_it_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['lightning', 'pytorch_lightning', 'transformers']))\n"
        "import rnnviz as rv\n"
        "for one in (rv.LightningWatch, rv.TransformersWatch):\n"
        "    try: one()\n"
        "    except ImportError as error: print(error)"
    )
    assert printed_by(code).splitlines() == [
        "rnnviz.LightningWatch needs a library that could not be loaded: pip install lightning",
        "rnnviz.TransformersWatch needs a library that could not be loaded: pip install transformers accelerate",
    ]


def test_the_lab_loads_none_of_the_libraries() -> None:
    code = "import rnnviz.lab, sys; print({'lightning', 'pytorch_lightning', 'transformers'} & set(sys.modules))"
    assert printed_by(code) == "set()"
