"""What a test may leave behind in the process, and the next one would stumble over."""

import os
import sys
from typing import Any


def of_the_process() -> dict[str, Any]:
    """Return what tests share: the folder they stand in, torch's modes and defaults, the registered cells."""
    found: dict[str, Any] = {"folder": os.getcwd()}
    torch = sys.modules.get("torch")
    if torch is not None:
        found |= {
            "default dtype": torch.get_default_dtype(),
            "modes around each call": (torch._C._len_torch_function_stack(), torch._C._len_torch_dispatch_stack()),
            "gradients": (torch.is_grad_enabled(), torch.is_inference_mode_enabled()),
            "autocast": torch.is_autocast_enabled("cpu"),
            "deterministic": torch.are_deterministic_algorithms_enabled(),
            "threads": torch.get_num_threads(),
        }
    custom = sys.modules.get("rnnviz.trace.modules.custom")
    if custom is not None:
        found["registered cells"] = set(custom._REGISTERED)
    return found
