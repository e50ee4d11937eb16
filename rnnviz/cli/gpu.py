"""Why a GPU that this machine has cannot be used: the torch that is installed, the driver, or the card itself."""

import os
import shutil

from rnnviz.i18n import t

__all__ = ["unusable"]


def unusable() -> str | None:
    """Return one sentence on why the GPU that is here cannot be used; None if it can be, or if there is none.

    Examples
    --------
    >>> unusable() is None or unusable().endswith(".")
    True
    """
    import torch

    if torch.cuda.is_available():
        return _too_foreign()
    if not _has_nvidia():
        return _apples()
    if torch.version.cuda is None:
        return t("cli.doctor.gpu.wheel", version=torch.__version__)
    return t("cli.doctor.gpu.driver", cuda=torch.version.cuda, error=_said_by_the_driver())


def _too_foreign() -> str | None:
    """Whether torch has neither machine code for the card's architecture nor code that its driver could translate."""
    import torch

    known = torch.cuda.get_arch_list()
    major, minor = torch.cuda.get_device_capability(0)
    compiled = {int(name.removeprefix("sm_").rstrip("af")) for name in known if name.startswith("sm_")}
    portable = {int(name.removeprefix("compute_").rstrip("af")) for name in known if name.startswith("compute_")}
    here = 10 * major + minor
    runs = any(one // 10 == major and one <= here for one in compiled) or any(one <= here for one in portable)
    if runs or not (compiled or portable):  # a build for another maker's cards names its architectures otherwise
        return None
    return t(
        "cli.doctor.gpu.architecture", name=torch.cuda.get_device_name(0), arch=f"sm_{here}", known=", ".join(known)
    )


def _said_by_the_driver() -> str:
    """What CUDA answers when it is started, on one line."""
    import torch

    try:
        torch.cuda.init()  # type: ignore[no-untyped-call]
    except (RuntimeError, AssertionError) as error:
        return " ".join(str(error).split())[:200].rstrip(".")
    return "CUDA names no device"


def _has_nvidia() -> bool:
    """Whether a driver of NVIDIA's is here, whatever torch says."""
    return any(map(os.path.exists, ("/proc/driver/nvidia", "/dev/nvidia0"))) or shutil.which("nvidia-smi") is not None


def _apples() -> str | None:
    """Whether torch was built for an Apple GPU that this system does not let it use."""
    import torch

    found = torch.backends.mps
    return t("cli.doctor.gpu.mps") if found.is_built() and not found.is_available() else None
