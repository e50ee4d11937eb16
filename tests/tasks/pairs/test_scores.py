"""Scores of translations: what is written freely, BLEU as sacrebleu has it, and both by the length of the source."""

import re
import sys

import pytest
import sacrebleu
import torch

from rnnviz.tasks.pairs import Pairs, Translations, bleu, by_length, translations

PAIRS = [("ab", "xy"), ("ba", "yx"), ("aab", "xxy"), ("bbba", "yyyx")]


def learned(**changes):
    """A translator that knows its few pairs by heart, but for one that it was never told."""
    torch.manual_seed(0)
    task = Pairs(PAIRS, [*PAIRS, ("aaab", "q")], name="toy", source="Made up.", **changes)
    model = task.network(cell="gru", hidden_size=16, num_layers=1, bidirectional=True, nonlinearity="tanh")
    optimizer, batch = torch.optim.Adam(model.parameters(), lr=0.03), task.held_out()[:4]
    for _ in range(60):
        optimizer.zero_grad()
        task.loss(model(*batch.arguments), batch.targets).backward()
        optimizer.step()
    return task, model


def test_translations_are_what_the_network_writes_by_itself():
    task, model = learned()
    found = translations(task, model)
    assert found.written[:4] == ("xy", "yx", "xxy", "yyyx")
    assert found.wanted == ("xy", "yx", "xxy", "yyyx", "q")
    assert found.exact == (True, True, True, True, False)
    assert found.exact_match == 0.8
    assert found.lengths == (2, 2, 3, 4, 4)


def test_the_model_keeps_its_mode():
    task, model = learned()
    for trains in (True, False):
        model.train(trains)
        translations(task, model)
        assert model.training == trains


def test_a_reversed_source_is_told_as_it_came():
    task, model = learned(reverse_source=True)
    assert translations(task, model).sources[:2] == ("ab", "ba")


def test_bleu_is_sacrebleu_s_with_the_chinese_tokeniser():
    written, wanted = ["打开新的笔记本", "关闭所有标签页"], ["打开一个新的笔记本", "关闭所有标签"]
    assert bleu(written, wanted) == sacrebleu.corpus_bleu(written, [wanted], tokenize="zh").score
    assert bleu(wanted, wanted) == pytest.approx(100)
    assert bleu(written, wanted) != bleu(written, wanted, tokenize="13a")


def test_bins_of_length_hold_each_source_once():
    found = Translations(
        sources=tuple("abcdefgh"), written=tuple("xyzxyzxy"), wanted=tuple("xyzxyzzz"), lengths=(1, 1, 2, 3, 3, 5, 8, 9)
    )
    rows = by_length(found, 3)
    assert [row[0] for row in rows] == ["1–1", "2–3", "5–9"]
    assert [row[1] for row in rows] == [2, 3, 3]
    assert [row[2] for row in rows] == pytest.approx([1, 1, 1 / 3])
    assert sum(row[1] for row in by_length(found, 20)) == 8


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: bleu("abc", ["abc"]), TypeError, "written must be a list of texts, got 'abc'."),
        (lambda: bleu(["a"], [None]), TypeError, "wanted must be a list of texts, got [None]."),
        (lambda: bleu(["a"], ["a", "b"]), ValueError, "wanted must hold one text for each of 1 written"),
        (lambda: bleu([], []), ValueError, "1 at least, got 0"),
        (lambda: by_length([1], 2), TypeError, "found must be Translations"),
        (lambda: translations("dates", None), TypeError, "task must be a task of pairs"),
        (lambda: translations(learned()[0], torch.nn.GRU(1, 1)), TypeError, "model must be an rnnviz.models.Seq2Seq"),
    ],
)  # fmt: skip
def test_what_cannot_be_scored_is_refused(call, error, said):
    with pytest.raises(error, match=re.escape(said)):
        call()


def test_without_sacrebleu_it_is_said_which_package_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sacrebleu", None)
    with pytest.raises(ModuleNotFoundError, match="BLEU needs sacrebleu; run: pip install sacrebleu"):
        bleu(["a"], ["a"])
