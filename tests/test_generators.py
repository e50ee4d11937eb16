"""Random generators are seeded for a while, on the devices that are meant, and put back as they were."""

import pytest
import torch

from rnnviz import generators
from rnnviz.generators import generator_of, kept, seeded


class Counted:
    """A generator of a simulated device: its state is a number, and setting one is noted."""

    def __init__(self, kind: str) -> None:
        self.device, self.state, self.reset = torch.device(kind, 0), [7], 0

    def get_state(self) -> list[int]:
        return list(self.state)

    def set_state(self, state: list[int]) -> None:
        self.state, self.reset = state, self.reset + 1

    def graphsafe_get_state(self) -> list[int]:
        return self.state

    def graphsafe_set_state(self, state: list[int]) -> None:
        self.state = state

    def clone_state(self) -> list[int]:
        return list(self.state)

    def manual_seed(self, seed: int) -> None:
        self.state[0] = seed


@pytest.fixture(params=["cuda", "mps", "xpu"])
def there(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Counted:
    """The generator of a device that is not there."""
    found = Counted(request.param)
    known = {request.param: found, "cpu": torch.default_generator}
    monkeypatch.setattr(generators, "generator_of", lambda device: known.get(torch.device(device).type))
    return found


def test_a_seed_reaches_the_cpu_and_the_named_device_and_both_are_put_back(there: Counted) -> None:
    before = torch.get_rng_state()
    with seeded(3, there.device):
        inside = torch.rand(2), list(there.state)
    assert torch.equal(inside[0], torch.rand(2, generator=torch.Generator().manual_seed(3)))
    assert inside[1] == [3]
    assert there.state == [7]
    assert torch.equal(torch.get_rng_state(), before)


def test_a_generator_is_put_back_when_the_body_raises(there: Counted) -> None:
    def drawn_from_and_broken() -> None:
        with kept([there.device]):
            there.state[0] = 9
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        drawn_from_and_broken()
    assert there.state == [7]


def test_the_generator_of_a_cuda_device_is_never_reset_since_cudnn_would_draw_a_new_dropout_seed(
    there: Counted,
) -> None:
    with kept([there.device]):
        there.manual_seed(3)
    assert there.reset == (0 if there.device.type == "cuda" else 1)


def test_seeding_touches_no_other_device(monkeypatch: pytest.MonkeyPatch) -> None:
    touched: list[str] = []
    monkeypatch.setattr(torch.cuda, "manual_seed_all", lambda seed: touched.append("cuda"))
    monkeypatch.setattr(torch.mps, "manual_seed", lambda seed: touched.append("mps"))
    with seeded(0, "cpu"):
        torch.rand(1)
    assert touched == []


def test_a_device_without_a_generator_is_passed_over() -> None:
    assert generator_of("meta") is None
    with seeded(0, "meta"):
        inside = torch.rand(2)
    assert torch.equal(inside, torch.rand(2, generator=torch.Generator().manual_seed(0)))
