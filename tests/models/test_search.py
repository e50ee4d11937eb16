"""Greedy and beam search write what the model finds most probable, and the tree keeps all that was weighed."""

import itertools

import pytest
import torch

from rnnviz.models import ATTENTIONS, BOS, EOS, PAD, BeamTree, Hypothesis, Seq2Seq
from tests.models.test_seq2seq import LENGTHS, SOURCE, model_of

every_attention = pytest.mark.parametrize("attention", [None, *ATTENTIONS])


def probability_of(model, source, tokens):
    """Log-probability of a written sequence, by one forced pass."""
    target_in = torch.tensor([[BOS, *tokens[:-1]]])
    scores = model(source, None, target_in).log_softmax(-1)
    return float(scores[0].detach().gather(-1, torch.tensor(tokens)[:, None]).sum())


@every_attention
def test_greedy_writes_what_a_forced_pass_over_its_own_words_scores_highest(attention):
    model = model_of(attention).eval()
    found = model.greedy(SOURCE, LENGTHS, 6)
    for row, length in enumerate(found.lengths.tolist()):
        written = found.tokens[row, :length]
        target_in = torch.cat([torch.tensor([BOS]), written[:-1]])[None]
        source = SOURCE[row : row + 1, : int(LENGTHS[row])]
        assert torch.equal(model(source, None, target_in)[0].argmax(-1), written)
        assert found.log_probability[row] == pytest.approx(probability_of(model, source, written.tolist()), abs=1e-10)


def test_greedy_stops_at_the_end_token_and_fills_up_with_padding():
    model = model_of("dot").eval()
    with torch.no_grad():
        model.decoder.head.bias[EOS] += 2 * torch.tensor([1.0]).double().item()
    found = model.greedy(SOURCE, LENGTHS, 8)
    for row, length in enumerate(found.lengths.tolist()):
        assert (found.tokens[row, length:] == PAD).all()
        assert EOS not in found.tokens[row, : length - 1]
        assert (found.alignment[row, length:] == 0).all()
        torch.testing.assert_close(found.alignment[row, :length].sum(-1), torch.ones(length).double())
    assert found.tokens.size(1) == int(found.lengths.max())


def test_greedy_writes_no_more_than_it_may():
    model = model_of(None).eval()
    with torch.no_grad():
        model.decoder.head.bias[EOS] = -100
    found = model.greedy(SOURCE, LENGTHS, 4)
    assert found.tokens.shape == (3, 4)
    assert found.lengths.tolist() == [4, 4, 4]


def test_greedy_keeps_where_it_looked():
    model = model_of("dot")
    found = model.greedy(SOURCE, LENGTHS, 4)
    assert model.alignment is found.alignment
    assert found.alignment.shape == (3, found.tokens.size(1), 4)


@every_attention
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_a_beam_of_one_is_greedy(attention, cell):
    model = model_of(attention, cell, num_layers=2).eval()
    found = model.greedy(SOURCE, LENGTHS, 6)
    for row, length in enumerate(found.lengths.tolist()):
        tree = model.beam(SOURCE[row : row + 1], LENGTHS[row : row + 1], 1, 6)
        assert tree.tokens() == found.tokens[row, :length].tolist()
        assert tree.hypotheses[tree.best].log_probability == pytest.approx(float(found.log_probability[row]))


@every_attention
def test_a_beam_that_drops_nothing_finds_the_best_of_all_sequences(attention):
    model = model_of(attention, target_vocabulary=5).eval()
    with torch.no_grad():  # away from the uniform, so that the greedy way is not the best one
        model.decoder.head.weight.mul_(4)
    source, longest = SOURCE[:1], 4
    sequences = [
        [*body, EOS]
        for length in range(longest)
        for body in itertools.product([one for one in range(5) if one != EOS], repeat=length)
    ]
    best = max(sequences, key=lambda tokens: probability_of(model, source, tokens))
    tree = model.beam(source, None, 5**longest, longest)
    assert tree.tokens() == best
    assert tree.hypotheses[tree.best].log_probability == pytest.approx(probability_of(model, source, best), abs=1e-10)
    assert all(one.kept for one in tree.hypotheses)


def test_every_hypothesis_has_the_probability_of_its_own_words():
    model = model_of("general").eval()
    tree = model.beam(SOURCE[:1], None, 3, 5)
    for index, one in enumerate(tree.hypotheses):
        tokens = tree.tokens(index)
        assert len(tokens) == one.step + 1
        assert one.log_probability == pytest.approx(probability_of(model, SOURCE[:1], tokens), abs=1e-10)


@pytest.mark.parametrize("width", [1, 2, 4])
def test_as_many_go_on_as_the_beam_is_wide_and_dropped_ones_have_no_children(width):
    tree = model_of("dot").eval().beam(SOURCE[:1], None, width, 6)
    parents = {one.parent for one in tree.hypotheses}
    for index, one in enumerate(tree.hypotheses):
        if not one.kept or one.finished:
            assert index not in parents
    for step in range(max(one.step for one in tree.hypotheses) + 1):
        weighed = [one for one in tree.hypotheses if one.step == step]
        kept = [one.log_probability for one in weighed if one.kept]
        assert len(kept) <= width
        assert all(one.log_probability <= min(kept, default=0) for one in weighed if not one.kept)


def test_the_tree_names_the_way_to_a_hypothesis():
    tree = BeamTree(
        (Hypothesis(None, 5, 0, -0.1, True), Hypothesis(None, 6, 0, -2.5, False), Hypothesis(0, EOS, 1, -0.3, True)),
        best=2,
        width=1,
    )
    assert tree.path() == [0, 2]
    assert tree.tokens() == [5, EOS]
    assert tree.tokens(1) == [6]
    assert tree.hypotheses[2].finished
    assert not tree.hypotheses[0].finished
    assert repr(tree) == "BeamTree(width=1, 3 hypotheses, best=[5, 3])"


def test_a_wide_beam_is_never_less_probable_than_what_a_full_one_finds():
    model = model_of("additive").eval()
    full = model.beam(SOURCE[:1], None, 7**3, 3)
    for width in (1, 2, 3):
        tree = model.beam(SOURCE[:1], None, width, 3)
        if tree.hypotheses[tree.best].finished:
            assert tree.hypotheses[tree.best].log_probability <= full.hypotheses[full.best].log_probability + 1e-12


def test_search_is_refused_in_a_sentence():
    model = model_of("dot")
    with pytest.raises(ValueError, match=r"source must be one sequence, \(1, time\), got 3"):
        model.beam(SOURCE, LENGTHS, 2, 4)
    with pytest.raises(ValueError, match="width must be at least 1, got 0"):
        model.beam(SOURCE[:1], None, 0, 4)
    with pytest.raises(ValueError, match="max_len must be at least 1, got 0"):
        model.greedy(SOURCE, LENGTHS, 0)
    with pytest.raises(TypeError, match=r"max_len must be a whole number, got 2\.5"):
        model.greedy(SOURCE, LENGTHS, 2.5)


def test_search_leaves_no_graph():
    model = model_of("dot")
    assert isinstance(model, Seq2Seq)
    assert not model.greedy(SOURCE, LENGTHS, 3).log_probability.requires_grad
