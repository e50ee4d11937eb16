"""The tree of a beam search: every hypothesis a point at its own log-probability, kept and dropped told apart."""

import pytest
import torch

from rnnviz.models import Seq2Seq
from rnnviz.models.search import BeamTree, Hypothesis
from rnnviz.views import beam_tree

SYMBOLS = ("<PAD>", "<UNK>", "<BOS>", "<EOS>", "a", "b", "c", "d", "e")
EDGES, POINTS, DROPPED, GREEDY, BEST = 1, 2, 3, 4, 5  # trace numbers
# greedy takes a (0.6) and then gets 0.4 at best; b (0.4) goes on with 0.9
LOST = BeamTree(
    tuple(
        Hypothesis(parent, token, step, float(torch.tensor(p).log()), kept)
        for parent, token, step, p, kept in (
            (None, 4, 0, 0.6, True),
            (None, 5, 0, 0.4, True),
            (0, 6, 1, 0.24, True),
            (0, 7, 1, 0.18, False),
            (1, 3, 1, 0.36, True),
            (1, 7, 1, 0.04, False),
        )
    ),
    best=4,
    width=2,
)


def test_kept_and_dropped_hypotheses_have_different_symbols() -> None:
    data = beam_tree(LOST, SYMBOLS).data
    assert data[POINTS].text == ("a", "b", "c", "⏎")
    assert data[DROPPED].text == ("d", "d")
    assert data[POINTS].marker.symbol != data[DROPPED].marker.symbol


def test_a_point_stands_at_the_log_probability_of_all_its_tokens() -> None:
    data = beam_tree(LOST, SYMBOLS).data
    assert list(data[POINTS].y) == [one.log_probability for one in LOST.hypotheses if one.kept]


def test_where_greedy_loses_the_two_paths_part() -> None:
    data = beam_tree(LOST, SYMBOLS).data
    assert list(data[GREEDY].y[1:]) == [LOST.hypotheses[0].log_probability, LOST.hypotheses[2].log_probability]
    assert list(data[BEST].y[1:]) == [LOST.hypotheses[1].log_probability, LOST.hypotheses[4].log_probability]
    assert data[BEST].line.dash != data[GREEDY].line.dash


def test_only_the_first_steps_are_drawn_if_asked() -> None:
    data = beam_tree(LOST, SYMBOLS, steps=1).data
    assert data[POINTS].text == ("a", "b")
    assert list(data[BEST].x) == [-1, 0]


def test_the_points_of_a_real_search_are_sums_of_the_models_own_log_probabilities() -> None:
    torch.manual_seed(0)
    model = Seq2Seq.sized(9, 9, embedding_size=4, hidden_size=6, attention="dot").double().eval()
    source = torch.tensor([[4, 5, 6]])
    tree = model.beam(source, None, width=3, max_len=4)
    path = tree.tokens()
    with torch.no_grad():
        scores = model(source, None, torch.tensor([[2, *path[:-1]]])).log_softmax(-1)[0]
    total = sum(float(scores[step, token]) for step, token in enumerate(path))
    assert beam_tree(tree, SYMBOLS).data[BEST].y[-1] == pytest.approx(total)


def test_what_is_no_tree_is_refused() -> None:
    with pytest.raises(TypeError, match=r"tree must be an rnnviz.models.BeamTree, as model.beam\(...\) returns"):
        beam_tree([1, 2], SYMBOLS)
