"""What a measurement was taken on: device, threads, versions. Nothing that names the machine or its owner."""

import os
import platform
from importlib import metadata
from typing import Any

import torch

from rnnviz import __version__

__all__ = ["describe"]

_PACKAGES = ("numpy", "plotly", "ipywidgets", "anywidget")


def describe(device: torch.device) -> dict[str, str]:
    """Return what to print above the figures.

    Parameters
    ----------
    device : torch.device
        Where the models run.

    Examples
    --------
    >>> describe(torch.device("cpu"))["device"]
    'cpu'
    """
    versions = {"rnnviz": __version__, "python": platform.python_version(), "torch": torch.__version__}
    versions |= {name: _version(name) for name in _PACKAGES}
    return {
        "device": _device(device),
        "system": f"{platform.system()} {platform.machine()}",
        **_precision(device),
        "threads": f"{torch.get_num_threads()} of torch, on {os.cpu_count()} cores",
        "versions": ", ".join(f"{name} {version}" for name, version in versions.items()),
    }


def _device(device: torch.device) -> str:
    if device.type != "cuda":
        return str(device)
    cudnn = torch.backends.cudnn.version()  # type: ignore[no-untyped-call]
    return f"{device}, {torch.cuda.get_device_name(device)}, CUDA {torch.version.cuda}, cuDNN {cudnn}"


def _precision(device: torch.device) -> dict[str, str]:
    """What CUDA rounds to before it multiplies, for cuDNN's recurrent layers and for all other products."""
    if device.type != "cuda":
        return {}
    if not hasattr(torch.backends.cudnn, "rnn"):  # before torch 2.9
        allowed = {"matmul": torch.backends.cuda.matmul.allow_tf32, "cudnn": torch.backends.cudnn.allow_tf32}
        return {"precision": ", ".join(f"{name} {'tf32' if one else 'ieee'}" for name, one in allowed.items())}
    found: dict[str, Any] = {"cuda.matmul": torch.backends.cuda.matmul, "cudnn.rnn": torch.backends.cudnn.rnn}
    return {"precision": ", ".join(f"{name} {one.fp32_precision}" for name, one in found.items())}


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "missing"
