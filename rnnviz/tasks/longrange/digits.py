"""Digits: say which digit was written by hand, read row by row, pixel by pixel, or in one fixed shuffle of pixels."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from rnnviz.checks import one_of
from rnnviz.i18n import t
from rnnviz.tasks.base import Batch, drawn
from rnnviz.tasks.classification import Classification
from rnnviz.tasks.inputpicture import InputPicture

__all__ = ["ORDERS", "Digits", "digit_images", "held_out_images", "places"]

ORDERS = ("rows", "pixels", "shuffled")
_SIDE = 8  # pixels
_HELD_OUT = 397  # images of 1,797


@cache
def digit_images() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the images, ink from 0 to 16, axes (1797, 8, 8), and the digit that each shows, axis (1797,), read-only.

    Raises
    ------
    ModuleNotFoundError
        If scikit-learn, which carries them, is not installed.

    Examples
    --------
    >>> images, digits = digit_images()
    >>> images.shape, digits[:5]
    ((1797, 8, 8), array([0, 1, 2, 3, 4]))
    """
    try:
        from sklearn.datasets import load_digits
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("sklearn"):
            raise
        raise ModuleNotFoundError(
            "the digits come with scikit-learn, which is not installed; run: pip install 'rnnviz[chapters]'",
            name="sklearn",
        ) from None
    found = load_digits()
    images, digits = np.array(found.images, np.float64), np.array(found.target, np.int64)
    images.flags.writeable = digits.flags.writeable = False
    return images, digits


def held_out_images() -> NDArray[np.int64]:
    """Return the places of the 397 images that are never trained on, in an order that mixes writers and digits."""
    return _permutation(len(digit_images()[0]), 0)[:_HELD_OUT]


def places(order: str) -> NDArray[np.int64]:
    """Return in which order the 64 pixels are read, counted row by row, axis (64,).

    >>> places("rows")[:3], len(set(places("shuffled").tolist()))
    (array([0, 1, 2]), 64)
    """
    count = _SIDE * _SIDE
    return _permutation(count, 1) if order == "shuffled" else np.arange(count)


def _permutation(count: int, seed: int) -> NDArray[np.int64]:
    drawn = torch.randperm(count, generator=torch.Generator(device="cpu").manual_seed(seed), device="cpu")
    return drawn.numpy()


class Digits(Classification):
    """Read an image of 8 × 8 pixels in steps, and say which digit it shows.

    The images are 1,797 digits by 13 writers (Alpaydin & Kaynak 1998) as scikit-learn has them; 1,400 are for training
    and 397 for scoring, drawn once for all. Ink is standardised with mean and deviation of the training part. The same
    image is 8 timesteps of 8 numbers, or 64 timesteps of one: then the first pixels lie far behind. A fixed shuffle of
    the pixels, one for all images, takes neighbours apart (after Le, Jaitly & Hinton 2015).

    Parameters
    ----------
    order : {"rows", "pixels", "shuffled"}
        A row a timestep; a pixel a timestep, row by row; or that in one fixed shuffled order.

    Raises
    ------
    ModuleNotFoundError
        If scikit-learn is not installed.

    Examples
    --------
    >>> Digits().held_out().inputs.shape, Digits("pixels").held_out().inputs.shape
    (torch.Size([397, 8, 8]), torch.Size([397, 64, 1]))
    """

    name = "digits"
    output_size = 10
    classes = tuple("0123456789")
    steps = 1000
    defaults: ClassVar[Mapping[str, Any]] = MappingProxyType({"lr": 1e-2})
    options: ClassVar[Mapping[str, Any]] = MappingProxyType({"order": one_of(ORDERS)})

    def __init__(self, order: str = "rows") -> None:
        self.order: str = one_of(ORDERS)("order", order)
        self.input_size = _SIDE if order == "rows" else 1
        self.seq_len = _SIDE * _SIDE // self.input_size
        self.source, self.metric_name = t("task.digits.source"), t("task.digits.metric")
        images, digits = digit_images()
        self._places = places(order)
        self._ink = images.reshape(len(images), -1)[:, self._places]
        kept = np.setdiff1d(np.arange(len(images)), held_out_images())
        mean, deviation = images[kept].mean(), images[kept].std()
        scaled = ((self._ink - mean) / deviation).reshape(len(images), self.seq_len, self.input_size)
        inputs = torch.tensor(scaled, dtype=torch.float32, device="cpu")
        targets = torch.tensor(digits, dtype=torch.int64, device="cpu")
        self._trained = Batch(inputs[kept], targets[kept])
        self._held_out = Batch(inputs[held_out_images()], targets[held_out_images()])

    def batch(self, batch_size: int, generator: torch.Generator) -> Batch:
        """Draw training images with replacement: inputs (batch, time, feature), targets (batch,) from 0 to 9."""
        batch_size = drawn(self, batch_size, generator)
        rows = torch.randint(len(self._trained), (batch_size,), generator=generator, device=generator.device)
        # not the batch itself at these places, whose lengths would be looked for on the CPU: that waits for the device
        return Batch(self._trained.inputs[rows], self._trained.targets[rows])

    def held_out(self) -> Batch:
        """Return the 397 images that are never trained on."""
        return self._held_out

    def baselines(self) -> dict[str, float]:
        """Return what always saying the most frequent digit reaches, and what a regression on all pixels does."""
        usual, regression = _without_order()
        return {t("task.digits.majority"): usual, t("task.digits.regression"): regression}

    def time_labels(self, sample: int) -> tuple[str, ...]:
        """Return which row a timestep reads, or the row and column of its pixel, counted from 1."""
        if self.order == "rows":
            return tuple(t("task.digits.row", row=row + 1) for row in range(_SIDE))
        return tuple(f"{place // _SIDE + 1},{place % _SIDE + 1}" for place in self._places.tolist())

    def input_picture(self, sample: int) -> InputPicture:
        """Return the ink of each pixel, where a timestep reads one, and the digit."""
        index = self.probe_index(sample)
        ink = None if self.order == "rows" else self._ink[held_out_images()[index]].copy()
        return InputPicture(
            ink,
            unit=t("task.digits.unit"),
            digits=None if ink is None else 0,
            words=t(f"task.digits.reads.{self.order}"),
            answer=str(int(self._held_out.targets[index])),
        )


@cache
def _without_order() -> tuple[float, float]:
    """Return the held-out accuracy of the most frequent training digit, and of logistic regression on the pixels."""
    from sklearn.linear_model import LogisticRegression

    images, digits = digit_images()
    held_out, ink = held_out_images(), images.reshape(len(images), -1) / images.max()
    kept = np.setdiff1d(np.arange(len(images)), held_out)
    fitted = LogisticRegression(max_iter=1000).fit(ink[kept], digits[kept])
    usual = np.bincount(digits[kept]).argmax()
    return float((digits[held_out] == usual).mean()), float((fitted.predict(ink[held_out]) == digits[held_out]).mean())
