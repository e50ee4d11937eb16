"""Every test here runs on the CPU, and on a GPU where one is and ``pytest -m gpu`` asks for it."""

from collections.abc import Iterator

import pytest
import torch

from tests.devices import simulated  # noqa: F401  # before autograd starts: later it takes no device


@pytest.fixture(params=["cpu", pytest.param("cuda", marks=pytest.mark.gpu)])
def device(request: pytest.FixtureRequest) -> Iterator[torch.device]:
    """A device whose products are in full precision: cuDNN's layers would use TF32."""
    allowed = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = False
    yield torch.device(request.param)
    torch.backends.cudnn.allow_tf32 = allowed
