"""Devices: which one a run uses, and how many threads it takes there."""

import contextlib
from collections.abc import Iterator

import torch

from rnnviz.checks import shown
from rnnviz.training.process.processors import usable_processors

__all__ = ["available", "considerate_threads", "pick"]

_FEW_CORES = 4
_NO_GPU = " PyTorch sees no such GPU: `rnnviz doctor` tells whether it was built for one."
_MISSING = {
    "cuda": _NO_GPU,
    "gpu": _NO_GPU,
    "mps": " It is the GPU of a Mac with Apple silicon.",
}


def available() -> tuple[str, ...]:
    """Return the devices that exist here, best first.

    Examples
    --------
    >>> available()[-1]
    'cpu'
    """
    # each by its number: "cuda" alone means the current one, which another cell may change
    found = [f"cuda:{index}" for index in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    if torch.backends.mps.is_available():
        found.append("mps")
    return (*found, "cpu")


def pick(device: str | torch.device = "auto") -> torch.device:
    """Return the device called ``device``; ``"auto"`` is the best there is: cuda, mps or cpu.

    Raises
    ------
    ValueError
        If it does not exist here; the sentence lists those that do.

    Examples
    --------
    >>> pick("cpu")
    device(type='cpu')
    """
    found = available()
    if not isinstance(device, str | torch.device):
        raise TypeError(f"device must be 'auto' or the name of a device, got {shown(device)}.")
    if str(device).strip().lower() == "auto":
        return torch.device(found[0])
    asked = str(device).strip().lower()  # the toolbar writes CUDA and CPU
    wanted = "cuda:0" if asked == "cuda" else asked
    if wanted not in found:
        why = _MISSING.get(wanted.partition(":")[0], "")
        raise ValueError(
            f"device {shown(str(device))} does not exist here; there is 'auto' or {', '.join(map(repr, found))}.{why}"
        )
    return torch.device(wanted)


@contextlib.contextmanager
def considerate_threads(device: torch.device) -> Iterator[None]:
    """Train with one CPU thread on few processors, to leave the browser some, and never with more than there are."""
    # torch counts the machine's processors, and a container may have few of them
    before, processors = torch.get_num_threads(), usable_processors()
    most = 1 if processors <= _FEW_CORES else processors
    if device.type != "cpu" or before <= most:  # fewer may be somebody's wish
        yield
        return
    torch.set_num_threads(most)
    try:
        yield
    finally:
        torch.set_num_threads(before)
