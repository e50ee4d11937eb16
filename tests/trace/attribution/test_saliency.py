"""Saliency against what it is defined as: differences worked out by hand, and the model left as it was."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import rnnviz as rv
from tests.trace.attribution.readers import (
    LENGTHS,
    READERS,
    TOKENS,
    ByTables,
    StepByStep,
    Twice,
    Words,
    sequence_model,
)

STEP = 1e-5  # of the finite differences: their error is about its square


def scaled(vectors: Tensor, step: int, factor: float) -> Tensor:
    """Return vectors (batch, time, feature) with those of one step multiplied."""
    changed = vectors.clone()
    changed[:, step] *= factor
    return changed


def by_differences(score: Callable[[Tensor], Tensor], vectors: Tensor) -> np.ndarray:
    """Return how fast a score moves as each step's vector grows: that is gradient × input, axes (batch, time)."""
    with torch.no_grad():
        columns = [
            (score(scaled(vectors, step, 1 + STEP)) - score(scaled(vectors, step, 1 - STEP))) / (2 * STEP)
            for step in range(vectors.shape[1])
        ]
    return torch.stack(columns, 1).numpy()


def by_leaving_out(score: Callable[[Tensor], Tensor], vectors: Tensor) -> np.ndarray:
    """Return what a score loses when each step's vector is 0, axes (batch, time)."""
    with torch.no_grad():
        whole = score(vectors)
        return torch.stack([whole - score(scaled(vectors, step, 0.0)) for step in range(vectors.shape[1])], 1).numpy()


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("target", [0, 2])
def test_both_answers_are_the_differences_that_they_are_defined_as(kind: type[Words], target: int) -> None:
    model = kind().eval()
    vectors = model.vectors(TOKENS).detach()

    def score(entering: Tensor) -> Tensor:
        return model.answer(entering)[:, target]

    found = rv.saliency(model, TOKENS, target=target)
    np.testing.assert_allclose(found.gradient_times_input, by_differences(score, vectors), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(found.occlusion, by_leaving_out(score, vectors), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.score, score(vectors).detach().numpy(), rtol=1e-12)


def test_numbers_as_inputs_are_steps_themselves() -> None:
    torch.manual_seed(0)
    model, x = nn.GRU(3, 5, batch_first=True).double(), torch.randn(2, 6, 3, dtype=torch.float64)

    def score(entering: Tensor) -> Tensor:
        return model(entering)[0][:, -1].sum(-1)

    found = rv.saliency(model, x, target=lambda output: output[0][:, -1].sum(-1))
    np.testing.assert_allclose(found.gradient_times_input, by_differences(score, x), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(found.occlusion, by_leaving_out(score, x), rtol=1e-9, atol=1e-12)


def test_the_norm_is_the_length_of_the_gradient_that_autograd_finds() -> None:
    torch.manual_seed(0)
    model, x = nn.GRU(3, 5, batch_first=True).double(), torch.randn(2, 6, 3, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(model(x)[0][:, -1, 2].sum(), x)
    found = rv.saliency(model, x, target=lambda output: output[0][:, -1, 2])
    np.testing.assert_allclose(found.gradient_norm, gradient.norm(dim=-1).numpy(), rtol=1e-12)


def test_in_a_linear_model_each_step_gives_what_stands_on_paper() -> None:
    model = nn.Sequential(nn.Flatten(), nn.Linear(4, 1)).double()
    with torch.no_grad():
        model[1].weight.copy_(torch.tensor([[1.0, -2.0, 3.0, 0.5]]))
        model[1].bias.fill_(7.0)
    found = rv.saliency(model, torch.tensor([[[2.0, 1.0], [-1.0, 4.0]]], dtype=torch.float64), target=0)
    assert found.gradient_times_input.tolist() == found.occlusion.tolist() == [[0.0, -1.0]]
    assert found.gradient_norm.tolist() == [[5**0.5, 9.25**0.5]]
    assert found.score.tolist() == [6.0]


def test_two_embeddings_that_read_the_tokens_count_together_and_one_of_places_does_not() -> None:
    model = Twice().eval()
    both, places = model.embedding(TOKENS) + model.other(TOKENS), model.places(torch.arange(5))

    def score(entering: Tensor) -> Tensor:
        return model.answer(entering + places)[:, 1]

    found = rv.saliency(model, TOKENS, target=1)
    np.testing.assert_allclose(found.gradient_times_input, by_differences(score, both.detach()), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(found.occlusion, by_leaving_out(score, both.detach()), rtol=1e-9, atol=1e-12)


def test_an_embedding_that_reads_what_a_table_says_of_a_token_counts_and_one_of_places_does_not() -> None:
    model = ByTables().eval()
    told = model.embedding(model.word_of[TOKENS]) + model.shapes(model.shape_of[TOKENS])
    places = model.places(torch.arange(5))

    def score(entering: Tensor) -> Tensor:
        return model.answer(entering + places)[:, 1]

    for rows in (slice(None), slice(0, 1)):  # of one sequence of different tokens, places follow from tokens too
        found = rv.saliency(model, TOKENS[rows], target=1)
        vectors = told[rows].detach()
        np.testing.assert_allclose(found.gradient_times_input, by_differences(score, vectors), rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(found.occlusion, by_leaving_out(score, vectors), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("each_step", [False, True])
def test_a_padded_sequence_is_answered_for_as_if_it_stood_alone(bidirectional: bool, each_step: bool) -> None:
    model = sequence_model(bidirectional=bidirectional, each_step=each_step)
    together = rv.saliency(model, TOKENS, LENGTHS)
    for row, length in enumerate(LENGTHS.tolist()):
        alone = rv.saliency(model, TOKENS[row : row + 1, :length])
        for name in ("gradient_times_input", "occlusion", "gradient_norm"):
            here, there = getattr(together, name)[row], getattr(alone, name)[0]
            np.testing.assert_allclose(here[:length], there, rtol=1e-9, atol=1e-12)
            assert np.isnan(here[length:]).all()
        np.testing.assert_allclose(together.score[row], alone.score[0], rtol=1e-12)


def test_without_lengths_the_padding_at_the_end_ends_a_sequence_and_padding_inside_does_not() -> None:
    tokens = torch.tensor([[3, 0, 5, 0, 0], [0, 0, 0, 0, 0], [1, 2, 3, 4, 5]])
    found = rv.saliency(Words(padding_idx=0), tokens, target=0)
    assert np.isnan(found.occlusion).tolist() == [[False] * 3 + [True] * 2, [True] * 5, [False] * 5]
    assert not np.isnan(rv.saliency(Words(), tokens, target=0).occlusion).any()


def test_the_class_is_the_one_that_wins_unless_it_is_named() -> None:
    model = sequence_model().eval()
    winners = model(TOKENS, LENGTHS).argmax(-1)
    expected = rv.saliency(model, TOKENS, LENGTHS, target=winners)
    for target in (None, winners.tolist(), winners.to(torch.int32), lambda out: out[torch.arange(3), winners]):
        found = rv.saliency(model, TOKENS, LENGTHS, target=target)
        for name in ("gradient_times_input", "occlusion", "gradient_norm", "score"):
            np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=1e-12, atol=1e-14)


def test_of_an_answer_at_each_step_it_is_the_last_ones_score_or_that_which_a_function_picks() -> None:
    model = sequence_model(each_step=True).eval()
    answers = model(TOKENS, LENGTHS)
    last = answers[torch.arange(3), LENGTHS - 1]
    np.testing.assert_allclose(rv.saliency(model, TOKENS, LENGTHS).score, last.amax(-1).detach().numpy())
    second = rv.saliency(model, TOKENS, LENGTHS, target=lambda output: output[:, 1, 2])
    np.testing.assert_allclose(second.score, answers[:, 1, 2].detach().numpy())
    assert (second.occlusion[0, 2:] == 0).all()  # what comes later moves nothing
    assert (second.gradient_times_input[0, 2:] == 0).all()


def test_leaving_steps_out_many_at_once_finds_what_one_at_a_time_does(monkeypatch: pytest.MonkeyPatch) -> None:
    model = sequence_model()
    at_once = rv.saliency(model, TOKENS, LENGTHS, target=1).occlusion
    for most in (1, 9):
        monkeypatch.setitem(rv.saliency.__globals__, "_AT_ONCE", most)
        found = rv.saliency(model, TOKENS, LENGTHS, target=1).occlusion
        np.testing.assert_allclose(found, at_once, rtol=1e-9, atol=1e-12)


def test_what_else_the_model_is_given_goes_with_each_sequence() -> None:
    torch.manual_seed(0)

    class Started(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.gru, self.fc = nn.GRU(3, 5, batch_first=True), nn.Linear(5, 2)

        def forward(self, x: Tensor, start: Tensor, time_first: bool) -> Tensor:
            return self.fc(self.gru(x, start if time_first else start.transpose(0, 1).contiguous())[0][:, -1])

    model, x, start = Started().double(), torch.randn(2, 4, 3).double(), torch.randn(2, 1, 5).double()
    one = rv.saliency(model, x, start, False, target=0)
    other = rv.saliency(model, x, start.transpose(0, 1).contiguous(), True, target=0)  # its batch axis is the second
    np.testing.assert_allclose(one.occlusion, other.occlusion, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(one.score, model(x, start, False)[:, 0].detach().numpy())


def state(model: nn.Module) -> dict[str, Any]:
    """Return what a call could change: weights, buffers, gradients, modes, hooks, generators."""
    return {
        "held": {name: value.clone() for name, value in model.state_dict().items()},
        "gradients": [None if one.grad is None else one.grad.clone() for one in model.parameters()],
        "modes": [module.training for module in model.modules()],
        "hooks": [
            (len(module._forward_hooks), len(module._forward_pre_hooks), len(module._backward_hooks))
            for module in model.modules()
        ],
        "random": (torch.get_rng_state(), np.random.get_state()[1].copy()),
    }


@pytest.mark.parametrize("kind", [Words, StepByStep])
def test_the_model_is_left_as_it_was_bit_for_bit(kind: type[Words]) -> None:
    model = kind(max_norm=0.5).train()
    model.norm.eval()
    model(TOKENS).sum().backward()
    with torch.no_grad():
        model.embedding.weight.mul_(3.0)  # so that reading it would shorten it again
    model.gru.dropout = 0.25
    before = state(model)
    first = rv.saliency(model, TOKENS, target=1)
    after = state(model)
    torch.testing.assert_close(after, before, rtol=0, atol=0, equal_nan=True)
    assert model.gru.dropout == 0.25
    np.testing.assert_array_equal(first.occlusion, rv.saliency(model, TOKENS, target=1).occlusion)  # nothing drops out


def test_the_model_is_left_as_it_was_when_the_target_raises() -> None:
    model = Words().train()
    before = state(model)
    with pytest.raises(ZeroDivisionError):
        rv.saliency(model, TOKENS, target=lambda _output: 1 // 0)
    torch.testing.assert_close(state(model), before, rtol=0, atol=0)


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_it_works_where_gradients_are_switched_off_and_for_frozen_weights(mode: Callable[[], Any]) -> None:
    model = sequence_model().requires_grad_(False)
    expected = rv.saliency(model, TOKENS, LENGTHS, target=1)
    with mode():
        found = rv.saliency(model, TOKENS.clone(), LENGTHS, target=1)
    np.testing.assert_array_equal(found.gradient_times_input, expected.gradient_times_input)
    assert np.abs(expected.gradient_times_input[0]).min() > 0


def test_a_score_that_the_input_does_not_reach_is_told_and_has_gradients_of_zero() -> None:
    with pytest.warns(UserWarning, match="the score does not depend on the input"):
        found = rv.saliency(Words(), TOKENS, target=lambda output: output.detach()[:, 0])
    assert (found.gradient_times_input == 0).all()
    assert (found.occlusion != 0).any()


def test_its_arrays_cannot_be_written_to() -> None:
    found = rv.saliency(Words(), TOKENS)
    for name in ("gradient_times_input", "occlusion", "gradient_norm", "score"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(found, name)[0] = 1.0


class Unread(nn.Module):
    """Has an embedding that reads something else than its tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(20, 4)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.embedding(tokens.sum(1) % 20).sum(1)


REFUSED = {
    "no model": (lambda: rv.saliency(len, TOKENS), "model must be a torch.nn.Module, got"),
    "no input": (lambda: rv.saliency(Words()), "inputs must begin with a tensor"),
    "a list": (lambda: rv.saliency(Words(), [[1, 2]]), r"inputs must begin with a tensor.*got \[\[1, 2\]\]"),
    "true or false": (lambda: rv.saliency(Words(), TOKENS > 2), "inputs must be token numbers or real numbers"),
    "complex": (lambda: rv.saliency(Words(), TOKENS + 1j), "inputs must be token numbers or real numbers"),
    "one sequence": (
        lambda: rv.saliency(Words(), TOKENS[0]),
        r"axes \(batch, time\).*got shape \(5,\).*inputs\[None\]",
    ),
    "one of numbers": (lambda: rv.saliency(nn.GRU(3, 2), torch.ones(4, 3)), r"axes \(batch, time, feature\)"),
    "no sequence": (lambda: rv.saliency(Words(), TOKENS[:0]), r"got shape \(0, 5\)"),
    "tokens nobody reads": (lambda: rv.saliency(Unread(), TOKENS), r"no nn\.Embedding of the model read them"),
    "numbers for a layer": (lambda: rv.saliency(nn.Linear(3, 2), TOKENS), r"no nn\.Embedding of the model read them"),
    "a class too many": (lambda: rv.saliency(Words(), TOKENS, target=3), "target must be a class from 0 to 2, got 3"),
    "a class below": (lambda: rv.saliency(Words(), TOKENS, target=-1), "target must be a class from 0 to 2, got -1"),
    "half a class": (lambda: rv.saliency(Words(), TOKENS, target=0.5), "target must be a class, one for each"),
    "words": (lambda: rv.saliency(Words(), TOKENS, target="good"), "target must be a class, one for each"),
    "true": (lambda: rv.saliency(Words(), TOKENS, target=True), "target must be a class, one for each"),
    "too few classes": (lambda: rv.saliency(Words(), TOKENS, target=[0, 1]), "target must be a class, one for each"),
    "one number": (
        lambda: rv.saliency(Words(), TOKENS, target=lambda output: output.sum()),
        r"target must return one number a sequence, axis \(3,\), got shape \(\)",
    ),
    "no tensor": (lambda: rv.saliency(Words(), TOKENS, target=lambda _output: 1.0), "target must return a tensor"),
    "whole numbers": (
        lambda: rv.saliency(Words(), TOKENS, target=lambda output: output.argmax(-1)),
        "target must return real numbers",
    ),
    "a bare layer": (
        lambda: rv.saliency(nn.GRU(3, 2, batch_first=True), torch.ones(1, 4, 3)),
        r"the output is tuple, not a tensor of scores; for a recurrent layer: target=lambda output: output\[0\]",
    ),
    "time first": (
        lambda: rv.saliency(nn.Sequential(nn.Flatten(0, 1), nn.Linear(3, 2)), torch.ones(2, 4, 3)),
        r"output has shape \(8, 2\) for 2 sequences",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_explained_is_answered_with_a_sentence(kind: str) -> None:
    call, sentence = REFUSED[kind]
    with pytest.raises((TypeError, ValueError), match=sentence):
        call()


def test_answers_to_other_steps_than_the_inputs_need_a_function() -> None:
    class Decoding(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding, self.fc = nn.Embedding(10, 4), nn.Linear(4, 3)

        def forward(self, tokens: Tensor, lengths: Tensor, given: Tensor) -> Tensor:
            return self.fc(self.embedding(tokens).mean(1)[:, None] + self.embedding(given))

    model, given = Decoding().double(), torch.tensor([[1, 2], [3, 4], [5, 6]])
    with pytest.raises(ValueError, match="several answers a sequence"):
        rv.saliency(model, TOKENS, LENGTHS, given)
    found = rv.saliency(model, TOKENS, LENGTHS, given, target=lambda output: output[:, 1, 0])
    vectors = model.embedding(TOKENS)
    share = (vectors * model.fc.weight[0] / 5).sum(-1).detach().numpy()
    np.testing.assert_allclose(found.gradient_times_input[0], share[0], rtol=1e-9)
    np.testing.assert_allclose(found.occlusion[0], share[0], rtol=1e-9)
