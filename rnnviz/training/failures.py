"""What can go wrong in a run, in the learner's words."""

import math

from rnnviz.i18n import t

__all__ = ["NonFiniteLoss", "describe"]


class NonFiniteLoss(FloatingPointError):  # noqa: N818  # says what is wrong
    """The loss or the gradient became NaN or infinite.

    Parameters
    ----------
    step : int
        The first step whose loss or gradient norm is not finite.
    grad_norm : float
        The gradient norm (before clipping) of the step before; NaN when there was none.

    Examples
    --------
    >>> print(NonFiniteLoss(step=12, grad_norm=340.0))
    The loss or its gradient stopped being a number at step 12; the gradient norm just before was 340. \
Lower lr or set clip, then press reset.
    """

    def __init__(self, step: int, grad_norm: float) -> None:
        self.step = step
        self.grad_norm = grad_norm
        key = "error.not_finite" if math.isfinite(grad_norm) else "error.not_finite_at_once"
        super().__init__(t(key, step=step, grad_norm=f"{grad_norm:.3g}"))


def describe(error: BaseException, where: str) -> str:
    """Return one sentence on ``error`` raised in ``where`` (``"task"``, ``"model"``, ``"view"`` or ``"lab"``).

    Examples
    --------
    >>> describe(ValueError("no such month"), "task")
    'The task raised ValueError: no such month'
    """
    if isinstance(error, NonFiniteLoss):
        return str(error)
    return t(f"error.in_{where}", type=type(error).__name__, text=str(error) or t("error.no_text"))
