"""What can go wrong in a run, in the learner's words."""

import math
import traceback

import torch

from rnnviz.i18n import t
from rnnviz.i18n.numbers import three

__all__ = ["NOTHING_TO_UNDO", "NonFiniteLoss", "describe", "let_go"]

NOTHING_TO_UNDO = "there is nothing to undo: no new model has taken the place of a trained one since the last undo."

_NO_MEMORY = ("cuda out of memory", "mps backend out of memory", "not enough memory", "can't allocate memory")
_LOST_DEVICE = ("device-side assert", "illegal memory access", "illegal instruction")  # no call works after these


class NonFiniteLoss(FloatingPointError):  # noqa: N818  # says what is wrong
    """The loss or the gradient became NaN or infinite.

    Parameters
    ----------
    step : int
        The first step whose loss or gradient norm is not finite.
    grad_norm : float
        The gradient norm (before clipping) of the step before; NaN when there was none.
    who : str
        Which of several models; empty where there is one.

    Examples
    --------
    >>> print(NonFiniteLoss(step=12, grad_norm=340.0))
    The loss or its gradient stopped being a number at step 12; the gradient norm just before was 340. \
Lower lr or set clip, then press reset.
    """

    def __init__(self, step: int, grad_norm: float, who: str = "") -> None:
        self.step = step
        self.grad_norm = grad_norm
        key = "error.not_finite" if math.isfinite(grad_norm) else "error.not_finite_at_once"
        super().__init__(_named(t(key, step=step, grad_norm=three(grad_norm)), who))


def describe(error: BaseException, where: str, who: str = "") -> str:
    """Return one sentence on ``error`` raised in ``where`` (``"task"``, ``"model"``, ``"view"`` or ``"lab"``).

    ``who`` names the model where there are several.

    Examples
    --------
    >>> describe(ValueError("no such month"), "task")
    'The task raised ValueError: no such month'
    """
    if isinstance(error, NonFiniteLoss):
        return str(error)
    if _lacks_memory(error):
        return _named(t("error.memory"), who)
    if _says(error, _LOST_DEVICE):
        return t("error.lost_device")
    return _named(t(f"error.in_{where}", type=type(error).__name__, text=str(error) or t("error.no_text")), who)


def let_go(error: BaseException) -> None:
    """Free what the frames of an error hold, if memory is what was lacking: the next run needs it."""
    if _lacks_memory(error):
        # frames hold the tensors of the step that did not fit
        traceback.clear_frames(error.__traceback__)


def _lacks_memory(error: BaseException) -> bool:
    return isinstance(error, torch.OutOfMemoryError) or (isinstance(error, RuntimeError) and _says(error, _NO_MEMORY))


def _says(error: BaseException, words: tuple[str, ...]) -> bool:
    return any(one in str(error).lower() for one in words)


def _named(text: str, who: str) -> str:
    return t("error.named", name=who, text=text) if who else text
