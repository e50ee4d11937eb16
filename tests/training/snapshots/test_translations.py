"""What a snapshot says of a translator: what it writes for each probe source; to look changes nothing."""

import itertools

import numpy as np
import pytest
import torch

from rnnviz.tasks import from_pairs
from rnnviz.training import Session

PAIRS = [(f"{number} {unit}", f"{unit[0]}{number}") for number in range(10, 30) for unit in ("metre", "gram", "day")]


def session(attention: str | None = "dot", **changes: object) -> Session:
    task = from_pairs(PAIRS, attention=attention)
    torch.manual_seed(0)
    model = task.network(cell="lstm", hidden_size=8, num_layers=1, bidirectional=True, nonlinearity="tanh")
    return Session(task, model=model, device="cpu", lr=0.01, batch_size=16, **changes)


def train(run: Session, steps: int, *, looking: bool = False) -> Session:
    for _ in itertools.islice(run.steps(), steps):
        if looking:
            run.snapshot()
    return run


def test_what_it_writes_by_itself_is_what_greedy_decoding_writes() -> None:
    run = train(session(), 40)
    task, model = from_pairs(PAIRS), run.model.eval()
    source, lengths, _ = task.probe(8).arguments
    found = model.greedy(source, lengths, task.target_len + 5)
    assert [one.alone.text for one in run.snapshot().translations] == task.written(found.tokens)


def test_given_the_right_tokens_each_row_is_what_scores_highest_then() -> None:
    run = train(session(), 40)
    task, model = from_pairs(PAIRS), run.model.eval()
    batch = task.probe(8)
    with torch.no_grad():
        best = model(*batch.arguments).argmax(-1)
    for row, one in enumerate(run.snapshot().translations):
        wanted = batch.targets[row]
        assert one.forced is not None
        assert one.forced.tokens == tuple(task.target_symbols[token] for token in best[row][wanted >= 0])


def test_sources_and_right_targets_are_those_of_the_data() -> None:
    for one in session().snapshot().translations:
        assert (one.source_text, one.wanted_text) in PAIRS


def test_weights_are_one_row_a_token_and_one_column_a_source_token() -> None:
    for one in session("additive").snapshot().translations:
        assert one.alone.weights.shape == (len(one.alone.tokens), len(one.source))
        np.testing.assert_allclose(one.alone.weights.sum(1), 1, atol=1e-5)


def test_without_attention_there_is_text_and_no_weights() -> None:
    one = session(None).snapshot().translations[0]
    assert one.alone.weights is None
    assert one.alone.tokens


def test_a_task_that_translates_nothing_has_no_translations() -> None:
    assert Session("adding", seq_len=8, hidden_size=4, device="cpu").snapshot().translations == ()


@pytest.mark.parametrize("attention", ["dot", "additive", None])
def test_looking_leaves_the_run_bit_for_bit_as_it_would_have_been(attention: str | None) -> None:
    looked_at, left_alone = (train(session(attention), 12, looking=looking) for looking in (True, False))
    for one, other in zip(looked_at.model.parameters(), left_alone.model.parameters(), strict=True):
        assert torch.equal(one, other)


def test_looking_leaves_mode_alignment_and_random_numbers_of_the_model_alone() -> None:
    run = session()
    run.model.train()
    run.model.teacher_forcing, run.model.alignment = 0.5, None
    before = torch.get_rng_state()
    run.snapshot()
    assert torch.equal(torch.get_rng_state(), before)
    assert run.model.training
    assert run.model.alignment is None
