"""How a script draws handwritten digits, exactly as the task does."""

from string import Template

from rnnviz.export.script.text import CROSS_ENTROPY
from rnnviz.i18n import t
from rnnviz.tasks import Digits

__all__ = ["blocks"]

_IMPORTS = """
import torch
from sklearn.datasets import load_digits
from torch import nn
"""

_DIGITS = '''
def permutation(count, seed):
    return torch.randperm(count, generator=torch.Generator().manual_seed(seed), device="cpu")


digits = load_digits()
kept = permutation(len(digits.images), 0)[397:].sort().values.numpy()  # $held_out
places = $places  # $order
mean, deviation = digits.images[kept].mean(), digits.images[kept].std()
scaled = (digits.images[kept].reshape(len(kept), 64)[:, places] - mean) / deviation
images = torch.tensor(scaled.reshape(len(kept), SEQ_LEN, -1), dtype=torch.float32, device=DEVICE)
shown = torch.tensor(digits.target[kept], dtype=torch.int64, device=DEVICE)


def draw_batch(generator):
    """$about"""
    rows = torch.randint(len(kept), (BATCH_SIZE,), generator=generator, device=DEVICE)
    return images[rows], shown[rows]
'''


def blocks(task: Digits) -> list[str]:
    """Return the imports, the images with the function that draws a batch, and the loss."""
    words = {
        "about": t("script.digits"),
        "held_out": t("script.digits.held_out"),
        "order": t("script.digits.places"),
        "places": "permutation(64, 1).numpy()" if task.order == "shuffled" else "range(64)",
    }
    return [_IMPORTS, Template(_DIGITS).substitute(words), CROSS_ENTROPY]
