"""What a task of one's own gives must be what it says of itself; a lab that is made of it says so, once."""

import numpy as np
import pytest
import torch

from rnnviz.lab import Lab
from rnnviz.tasks import Batch, Task
from rnnviz.training import Session
from rnnviz.training.taskcheck import sequences
from tests.training.examples import Echo, take

NAN, INF = float("nan"), float("inf")


class Given(Echo):
    """Echo whose parts are overridden one by one."""

    def __init__(self, **parts: object) -> None:
        super().__init__()
        self.__dict__.update({name: (lambda *_, value=value: value) for name, value in parts.items()})


class Tokens(Task):
    """Say which token came last."""

    name, input_size, output_size, seq_len, vocabulary, classes = "tokens", 3, 4, 5, 4, ("a", "b", "c", "d")
    tokens = torch.arange(40).reshape(8, 5) % 4

    def __init__(self, tokens: torch.Tensor = tokens, targets: torch.Tensor = tokens[:, -1]) -> None:
        self.given = Batch(tokens, targets)

    def batch(self, batch_size: int, generator: torch.Generator) -> Batch:
        return Batch(Tokens.tokens, Tokens.tokens[:, -1])

    def held_out(self) -> Batch:
        return self.given

    def loss(self, outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.cross_entropy(outputs, targets)


def sound(**at: float) -> Batch:
    """Twelve sequences for Echo; ``inputs`` or ``targets`` hold a bad number in sequence 3."""
    inputs, targets = torch.rand(12, 6, 1), torch.rand(12, 1)
    for name, value in at.items():
        place = (3, 2, 0) if name == "inputs" else (3, 0)
        {"inputs": inputs, "targets": targets}[name][place] = value
    return Batch(inputs, targets)


def make(task: Task) -> None:
    Lab(task, hidden_size=4, device="cpu").close()


@pytest.mark.parametrize("verb", ["batch", "held_out"])
@pytest.mark.parametrize("steps", [5, 7])
def test_sequences_of_another_length_are_noticed_when_the_lab_is_made(verb: str, steps: int) -> None:
    words = (
        rf"seq_len of the task is 6, but inputs of {verb}\(\) have {steps} timesteps; set seq_len = {steps}, or give "
        r"sequences of 6\."
    )
    with pytest.raises(ValueError, match=words):
        make(Given(**{verb: Batch(torch.rand(12, steps, 1), torch.rand(12, 1))}))


@pytest.mark.parametrize("verb", ["batch", "held_out", "probe"])
@pytest.mark.parametrize(
    ("name", "value", "where"),
    [
        ("inputs", NAN, "nan in sequence 3, timestep 2, feature 0"),
        ("inputs", -INF, "-inf in sequence 3, timestep 2, feature 0"),
        ("targets", NAN, "nan in sequence 3, timestep 0"),
    ],
)
def test_a_number_that_is_none_is_noticed_when_the_lab_is_made(verb: str, name: str, value: float, where: str) -> None:
    words = rf"{name} of {verb}\(\) must be finite numbers, got {where}; fill such gaps, or leave those sequences out\."
    with pytest.raises(ValueError, match=words):
        make(Given(**{verb: sound(**{name: value})}))


@pytest.mark.parametrize(("token", "span"), [(4, "0 to 4"), (-1, "-1 to 3")])
def test_a_token_that_the_vocabulary_lacks_is_noticed_when_the_lab_is_made(token: int, span: str) -> None:
    tokens = Tokens.tokens.clone()
    tokens[6, 1] = token
    words = rf"inputs of held_out\(\) must be token numbers from 0 to 3, as vocabulary=4 says, got {span}; number the"
    with pytest.raises(ValueError, match=words):
        make(Tokens(tokens))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bool])
def test_tokens_that_are_no_whole_numbers_are_noticed_when_the_lab_is_made(dtype: torch.dtype) -> None:
    with pytest.raises(TypeError, match=rf"must be token numbers, got dtype {dtype}; convert them with \.long\(\)\."):
        make(Tokens(Tokens.tokens.to(dtype)))


def test_a_class_that_has_no_name_is_noticed_when_the_lab_is_made() -> None:
    with pytest.raises(
        ValueError, match=r"targets of held_out\(\) must be classes from 0 to 3, as classes says, got 9;"
    ):
        make(Tokens(targets=torch.full((8,), 9)))


def test_a_class_that_asks_for_no_answer_is_none_of_those() -> None:
    targets = Tokens.tokens[:, -1].clone()
    targets[2] = -100
    session = Session(Tokens(targets=targets), hidden_size=4, device="cpu")
    answered = torch.nn.functional.cross_entropy(session.model(Tokens.tokens), Tokens.tokens[:, -1], reduction="none")
    expected = answered[torch.arange(8) != 2].mean().item()
    assert session.evaluate()["model"] == pytest.approx(expected, rel=1e-5)


def test_a_rebuild_looks_again_and_keeps_the_old_model_if_it_is_refused() -> None:
    task = Given()
    session = Session(task, hidden_size=4, device="cpu")
    model = session.model
    task.batch = lambda *_: sound(inputs=NAN)
    session.settings = session.settings.replace(hidden_size=5)
    with pytest.raises(ValueError, match=r"inputs of batch\(\) must be finite numbers, got nan"):
        take(session, 1)
    assert session.model is model


def test_a_step_looks_at_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session(Echo(), hidden_size=4, device="cpu")
    looks: list[object] = []
    monkeypatch.setattr(sequences, "_finite", looks.append)
    take(session, 5)
    session.snapshot()
    assert looks == []


def test_the_first_batch_is_drawn_once_and_trained_on() -> None:
    calls: list[int] = []

    class Counted(Echo):
        def batch(self, batch_size: int, generator: torch.Generator) -> Batch:
            calls.append(batch_size)
            return super().batch(batch_size, generator)

    take(Session(Counted(), hidden_size=4, batch_size=3, device="cpu"), 4)
    assert calls == [3, 3, 3, 3]


def test_a_batch_size_changed_before_the_first_step_gives_the_curve_of_a_session_made_with_it() -> None:
    changed = Session(Echo(), hidden_size=4, batch_size=3, device="cpu")
    changed.settings = changed.settings.replace(batch_size=8)
    made = Session(Echo(), hidden_size=4, batch_size=8, device="cpu")
    np.testing.assert_array_equal(take(changed, 5), take(made, 5))
