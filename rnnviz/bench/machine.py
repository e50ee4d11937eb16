"""What a measurement was taken on: device, threads, versions. Nothing that names the machine or its owner."""

import os
import platform
from importlib import metadata

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
        "threads": f"{torch.get_num_threads()} of torch, on {os.cpu_count()} cores",
        "versions": ", ".join(f"{name} {version}" for name, version in versions.items()),
    }


def _device(device: torch.device) -> str:
    if device.type != "cuda":
        return str(device)
    cudnn = torch.backends.cudnn.version()  # type: ignore[no-untyped-call]
    return f"{device}, {torch.cuda.get_device_name(device)}, CUDA {torch.version.cuda}, cuDNN {cudnn}"


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "missing"
