"""LightningWatch: look inside a model while a Lightning Trainer trains it."""

from typing import Any

from rnnviz.lab.watch.adapters.base import TrainerAdapter, base
from rnnviz.watching.readings import gradient_norm

__all__ = ["LightningWatch"]

Callback = base("Callback", "lightning.pytorch", "pytorch_lightning", install="lightning")


class LightningWatch(TrainerAdapter, Callback):  # type: ignore[misc, valid-type]
    """A Lightning callback that looks inside the model's recurrent layers: ``Trainer(callbacks=[LightningWatch()])``.

    A step is one step of an optimiser, however many batches it accumulates: its loss is the one whose gradient the
    optimiser is given, the mean over those batches, and its gradient norm is the one before the Trainer clips. The
    trace shows the last of the batches; its gradients are those of that batch's share of the loss. Of an optimiser that
    runs the model many times in one step (LBFGS) the last run counts. Validation is not recorded. A step that a
    gradient scaler skips is not counted, and numbers are those of the unscaled loss.

    With manual optimisation a loss is known if it went through ``manual_backward``, and the norm is taken as each
    optimiser's step begins: after your own clipping. Of several processes the first one watches.

    When the training ends, and by an exception too, every hook is removed. A new ``fit`` begins a new record.

    Parameters
    ----------
    every, fps, probe, sequences
        As in `rnnviz.watch`.
    show : bool
        In a notebook, display the pictures where the training begins. Elsewhere nothing is displayed.

    Raises
    ------
    ImportError
        If neither ``lightning`` nor ``pytorch_lightning`` can be loaded.
    TypeError, ValueError
        When the training begins, as `rnnviz.watch` does.

    Examples
    --------
    >>> import torch
    >>> from lightning.pytorch import LightningModule, Trainer
    >>> class Model(LightningModule):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.gru = torch.nn.GRU(2, 5, batch_first=True)
    ...
    ...     def training_step(self, batch, batch_idx):
    ...         return self.gru(batch)[0].square().mean()
    ...
    ...     def configure_optimizers(self):
    ...         return torch.optim.SGD(self.parameters(), lr=0.1)
    >>> w = LightningWatch(every=1)
    >>> quiet = dict.fromkeys(["logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary"], False)
    >>> trainer = Trainer(callbacks=[w], max_epochs=1, accumulate_grad_batches=2, accelerator="cpu", **quiet)
    >>> trainer.fit(Model(), torch.ones(6, 4, 6, 2))  # batch, sequence, time, feature
    >>> w.history["step"]
    array([1., 2., 3.])
    >>> w.trace.layers["gru"].grad_hidden.shape  # layer, direction, batch, time, unit
    (1, 1, 4, 6, 5)
    """

    _norm: float | None

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:
        """Watch the model that is about to be trained, in the main process alone."""
        if not trainer.is_global_zero:
            return
        self._begin(pl_module, getattr(trainer.precision_plugin, "scaler", None))
        # hooks of the optimiser, as the trainer tells of a step before it is taken, not whether it was
        for optimizer in trainer.optimizers:
            self._for_training.callback(optimizer.register_step_post_hook(self._stepped).remove)

    def on_before_zero_grad(self, trainer: Any, pl_module: Any, optimizer: Any) -> None:
        """Forget the loss with the gradients: some optimisers run the model many times in one step."""
        self._loss = None

    def on_before_backward(self, trainer: Any, pl_module: Any, loss: Any) -> None:
        """Add a batch's share of the step's loss."""
        if self._looks:
            # the trainer has divided it by the batches it accumulates: shares add up to the mean
            share = loss.detach() / self._scale
            self._loss = share if self._loss is None else self._loss + share

    def on_before_optimizer_step(self, trainer: Any, pl_module: Any, optimizer: Any) -> None:
        """Measure the gradients: the scaler, if there is one, has unscaled them, and nobody has clipped them yet."""
        if self._looks:
            unscales_itself = getattr(optimizer, "_step_supports_amp_scaling", False)  # a fused optimiser
            self._norm = gradient_norm(pl_module) / (self._scale if unscales_itself else 1.0)

    def on_train_end(self, trainer: Any, pl_module: Any) -> None:
        """Stop watching."""
        self._end()

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:
        """Stop watching, and say on the status line what ended the training."""
        self._end(exception)

    def teardown(self, trainer: Any, pl_module: Any, stage: str) -> None:
        """Stop watching where the training was left by another way."""
        self._end()

    def _stepped(self, *_details: Any) -> None:
        loss, norm = self._loss, self._norm
        self._forget()
        if self._inside:
            self.watch.step(loss=loss, grad_norm=norm)

    def _forget(self) -> None:
        super()._forget()
        self._norm = None
