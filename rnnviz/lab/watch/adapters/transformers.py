"""TransformersWatch: look inside a model while the Trainer of Hugging Face transformers trains it."""

import threading
from typing import Any, Self

from rnnviz.lab.watch.adapters.base import TrainerAdapter, base, kernel_shell
from rnnviz.trace.capture.hooks import Hook

__all__ = ["TransformersWatch"]

TrainerCallback = base("TrainerCallback", "transformers", install="transformers accelerate")


class TransformersWatch(TrainerAdapter, TrainerCallback):  # type: ignore[misc, valid-type]
    """A Trainer callback that looks inside the model's recurrent layers: ``Trainer(…, callbacks=[w])``.

    A step is one step of the optimiser, however many batches it accumulates: its loss is the one whose gradient the
    optimiser is given, and its gradient norm is the one before the Trainer clips. The trace shows the last of the
    batches; its gradients are those of that batch's share of the loss. Evaluation is not recorded. A step that a
    gradient scaler skips is not counted, and numbers are those of the unscaled loss.

    The loss is read off the model's output, ``output["loss"]`` or its first element. Where the Trainer computes it
    elsewhere (label smoothing, ``compute_loss_func``) the record has NaN for it. Of several processes the first one
    watches, and the norm is that of its own gradients.

    The Trainer tells no callback of an exception, so train inside ``with w:``, which takes every hook away whatever
    happens. In a notebook the end of the cell does that too. A new training begins a new record.

    Parameters
    ----------
    every, fps, probe, sequences
        As in `rnnviz.watch`.
    show : bool
        In a notebook, display the pictures where the training begins. Elsewhere nothing is displayed.

    Raises
    ------
    ImportError
        If ``transformers`` cannot be loaded.
    TypeError, ValueError
        When the training begins, as `rnnviz.watch` does.

    Examples
    --------
    >>> import tempfile, torch
    >>> from transformers import Trainer, TrainingArguments
    >>> class Model(torch.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.gru = torch.nn.GRU(2, 5, batch_first=True)
    ...
    ...     def forward(self, x):
    ...         return {"loss": self.gru(x)[0].square().mean()}
    >>> folder = tempfile.TemporaryDirectory()
    >>> args = TrainingArguments(
    ...     folder.name, max_steps=3, per_device_train_batch_size=4, report_to="none", save_strategy="no", use_cpu=True
    ... )
    >>> w = TransformersWatch(every=1)
    >>> trainer = Trainer(Model(), args, train_dataset=[{"x": torch.ones(6, 2)}] * 12, callbacks=[w])
    >>> with w:
    ...     _ = trainer.train()  # doctest: +ELLIPSIS
    {'train_runtime': ...}
    >>> w.history["step"]
    array([1., 2., 3.])
    >>> w.trace.layers["gru"].grad_hidden.shape  # layer, direction, batch, time, unit
    (1, 1, 4, 6, 5)
    >>> folder.cleanup()
    """

    _norms: dict[Any, Any]  # by parameter
    _measured: tuple[Any, Any]  # loss and norm

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: Any) -> None:
        self._end(error)

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Watch the model that is about to be trained, in the main process alone."""
        if not state.is_world_process_zero:
            return
        # accelerate's optimiser carries the scaler; without mixed precision there is none
        self._begin(kwargs["model"], getattr(kwargs["optimizer"], "scaler", None))
        shell = kernel_shell()
        # a training in a thread of its own goes on when the cell ends
        if shell is not None and threading.current_thread() is threading.main_thread():
            shell.events.register("post_run_cell", self._cell_ended)
            self._for_training.callback(shell.events.unregister, "post_run_cell", self._cell_ended)

    def on_step_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Set hooks for one step, where a frame is due: no event comes between the backward pass and the clipping."""
        if not self._looks:
            return
        self._forget()
        model = kwargs["model"]
        self._for_step.callback(model.register_forward_hook(Hook(self._ran)).remove)
        for parameter in model.parameters():
            if parameter.requires_grad:
                self._for_step.callback(parameter.register_post_accumulate_grad_hook(self._accumulated).remove)

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Add up what the hooks have measured, while the scale is still that of this step."""
        if self._norms:
            scale = self._scale
            one_place = next(iter(self._norms.values())).device  # of a model on several; to the CPU each would wait
            square = sum(norm.to(device=one_place).square() for norm in self._norms.values())
            loss = None if self._loss is None else self._loss / scale
            self._forget()
            # after `_forget`, which empties it
            self._measured = loss, square.sqrt() / scale

    def on_optimizer_step(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Count the step, if it was one."""
        loss, norm = self._measured
        self._forget()
        if self._inside and not getattr(kwargs["optimizer"], "step_was_skipped", False):
            self.watch.step(loss=loss, grad_norm=norm)

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Stop watching."""
        self._end()

    def _ran(self, model: Any, given: Any, output: Any) -> None:
        """Wait for the gradient of a batch's loss: it tells by what the Trainer multiplies that loss."""
        loss = output.get("loss") if hasattr(output, "get") else output[0] if isinstance(output, tuple) else None
        if loss is not None and loss.requires_grad:
            value = loss.detach()
            self._for_step.callback(loss.register_hook(lambda factor: self._weigh(value, factor)).remove)

    def _weigh(self, loss: Any, factor: Any) -> None:
        share = (loss * factor).sum()
        self._loss = share if self._loss is None else self._loss + share

    def _accumulated(self, parameter: Any) -> None:
        # in float32: the square of a float16 gradient overflows at 256
        self._norms[parameter] = parameter.grad.detach().float().norm()

    def _forget(self) -> None:
        super()._forget()
        self._norms, self._measured = {}, (None, None)

    def _cell_ended(self, result: Any) -> None:
        self._end(result.error_in_exec)
