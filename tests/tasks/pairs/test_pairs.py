"""Tasks of pairs: what is handed to a translator, what counts, and that nothing held out was ever seen."""

import pytest
import torch

from rnnviz.models import BOS, EOS, PAD, UNK, Seq2Seq
from rnnviz.tasks.pairs.interface import Interface, interface_pairs
from rnnviz.tasks.pairs.nearest import nearest
from rnnviz.tasks.pairs.pairs import NO_ANSWER, Pairs, exact_match, token_accuracy
from rnnviz.tasks.pairs.splitting import groups, held_out, plain, variants
from rnnviz.tasks.pairs.writtendates import LOCALES, Dates

TRAINING = [("abc", "xyz"), ("ab", "x"), ("c", "zz")]
HELD_OUT = [("bcd", "yz"), ("a", "xxw")]

DATES_FIRST = (("29 mrt 2034", "2034-03-29"), ("11 lis 1975", "1975-11-11"), ("27 Temmuz 2024 Cumartesi", "2024-07-27"))


def toy(**changes):
    return Pairs(TRAINING, HELD_OUT, name="toy", source="Made up.", **changes)


@pytest.fixture(scope="module")
def dates():
    return Dates()


def test_the_four_special_tokens_come_first():
    task = toy()
    assert task.symbols[:4] == task.target_symbols[:4] == ("<PAD>", "<UNK>", "<BOS>", "<EOS>")
    assert (PAD, UNK, BOS, EOS) == (0, 1, 2, 3)


def test_vocabularies_are_those_of_the_training_part():
    task = toy()
    assert set(task.symbols[4:]) == set("abc")
    assert set(task.target_symbols[4:]) == set("xyz")
    assert task.held_out().inputs[0, 2] == UNK
    assert task.held_out().targets[1, 2] == UNK


def test_what_the_decoder_reads_is_the_target_one_step_later():
    batch = toy().held_out()
    for row in range(2):
        wanted = batch.targets[row][batch.targets[row] != NO_ANSWER].tolist()
        assert wanted[-1] == EOS
        assert batch.target_in[row, : len(wanted)].tolist() == [BOS, *wanted[:-1]]
        assert (batch.target_in[row, len(wanted) :] == PAD).all()
        assert EOS not in batch.target_in[row]


def test_padding_stands_behind_the_end_and_lengths_say_where():
    batch = toy().held_out()
    assert batch.lengths.tolist() == [3, 1]
    assert batch.inputs[1, 1:].tolist() == [PAD, PAD]
    source, lengths, target_in = batch.arguments
    assert source is batch.inputs
    assert lengths is batch.lengths
    assert target_in is batch.target_in


def test_a_batch_is_drawn_from_the_training_part_with_its_rows_together():
    task = toy()
    batch = task.batch(50, torch.Generator().manual_seed(0))
    sources = [task.source_words.text([one for one in row if one != PAD]) for row in batch.inputs.tolist()]
    seen = set(zip(sources, task.written(batch.targets.clamp(min=0)), strict=True))
    assert seen == set(TRAINING)
    assert len(batch[:7].target_in) == 7
    assert batch.to("cpu") is batch


def test_a_reversed_source_is_read_from_its_end():
    straight, back = toy(), toy(reverse_source=True)
    assert back.held_out().inputs[0, :3].tolist() == straight.held_out().inputs[0, :3].tolist()[::-1]
    assert torch.equal(back.held_out().targets, straight.held_out().targets)


def test_the_network_is_a_translator_of_these_vocabularies():
    task = toy(attention="additive")
    sizes = {"cell": "gru", "hidden_size": 5, "num_layers": 2, "bidirectional": True, "nonlinearity": "tanh"}
    model = task.network(**sizes)
    assert isinstance(model, Seq2Seq)
    assert model.attention.kind == "additive"
    assert model.encoder.recurrent.bidirectional
    assert model(*task.held_out().arguments).shape == (2, task.target_len, task.output_size)
    assert toy(attention=None).network(**sizes).attention is None


def test_padding_counts_in_neither_loss_nor_score():
    task = toy()
    batch = task.held_out()
    outputs = torch.randn(2, task.target_len, task.output_size, generator=torch.Generator().manual_seed(0))
    other = outputs.clone()
    other[batch.targets == NO_ANSWER] = 100 * torch.randn(1, task.output_size)
    for score in (task.loss, task.metric, token_accuracy):
        assert torch.equal(score(outputs, batch.targets), score(other, batch.targets))
    alone = [
        torch.nn.functional.cross_entropy(outputs[row, time], batch.targets[row, time])
        for row in range(2)
        for time in range(task.target_len)
        if batch.targets[row, time] != NO_ANSWER
    ]
    torch.testing.assert_close(task.loss(outputs, batch.targets), torch.stack(alone).mean())


def test_one_wrong_token_makes_a_whole_target_wrong():
    targets = torch.tensor([[4, 5, 3], [4, 3, NO_ANSWER]])
    said = torch.nn.functional.one_hot(torch.tensor([[4, 6, 3], [4, 3, 0]]), 7).float()
    assert exact_match(said, targets) == 0.5
    assert token_accuracy(said, targets) == pytest.approx(4 / 5)


@pytest.mark.parametrize("attention", [None, "dot", "additive"])
def test_the_exact_match_of_a_forced_pass_is_that_of_a_greedy_decoder(dates, attention):
    torch.manual_seed(0)
    part = [pair for pair in dates.training if pair[1][0] == "2"][:20]
    task = Pairs(part, part, name="few", source="A part.", attention=attention)
    sizes = {"cell": "gru", "hidden_size": 32, "num_layers": 1, "bidirectional": True, "nonlinearity": "tanh"}
    model, batch = task.network(**sizes), task.held_out()
    optimizer, matches = torch.optim.Adam(model.parameters(), lr=0.01), []
    for step in range(121):
        outputs = model(*batch.arguments)
        if step % 15 == 0:
            forced = task.metric(outputs.detach(), batch.targets)
            written = task.written(model.greedy(*batch.arguments[:2], task.target_len).tokens)
            free = sum(one == pair[1] for one, pair in zip(written, part, strict=True)) / 20
            assert float(forced) == pytest.approx(free)
            matches.append(free)
        optimizer.zero_grad()
        task.loss(outputs, batch.targets).backward()
        optimizer.step()
    assert any(0 < one < 1 for one in matches)


def test_a_typed_source_is_one_sequence_whose_answer_nobody_knows():
    task = toy()
    batch = task.encoded("ca?")
    assert batch.inputs.tolist() == [[*task.source_words.numbers("ca"), UNK]]
    assert batch.lengths.tolist() == [3]
    assert (batch.targets == NO_ANSWER).all()
    assert batch.target_in[0].tolist() == [BOS, PAD, PAD, PAD]
    with pytest.raises(ValueError, match="text must hold something to translate, got ''"):
        task.encoded("")
    with pytest.raises(ValueError, match="text must have at most 3 tokens, got 4; shorten it"):
        task.encoded("abca")
    with pytest.raises(TypeError, match="text must be words, got None"):
        task.encoded(None)


def test_labels_are_the_tokens_and_nothing_on_padding():
    task = toy()
    place = [task.probe_index(sample) for sample in range(2)]
    assert task.time_labels(place.index(1)) == ("a", "", "")
    assert task.target_labels(place.index(0)) == ("y", "z", "<EOS>", "")


def test_what_is_similar_is_found():
    assert nearest(["7 mai 1999", "xxx"], ["8 juin 2001", "7 mai 1998", "xxxx"]) == [1, 2]


# -- dates


def test_dates_are_the_same_pairs_everywhere(dates):
    assert dates.training[:3] == DATES_FIRST
    assert len(set(dates.training)) == 4000
    assert len(dates.held_out_pairs) == 500


def test_no_day_of_the_held_out_part_was_trained_on_in_any_language(dates):
    days = {iso for _, iso in dates.training}
    assert not days & {iso for _, iso in dates.held_out_pairs}
    for part in (dates.training, dates.held_out_pairs):
        assert all(len(iso) == 10 and iso[4] == iso[7] == "-" for _, iso in part)


def test_every_language_and_style_is_among_the_dates(dates):
    sources = [source for source, _ in dates.training]
    for sign in ("März", "March", "marzo", "mars", "maart", "marca", "Mart", "年", "Sonntag", "domingo", "Pazar"):
        assert any(sign in source for source in sources)
    assert len(LOCALES) == 10


def test_another_seed_draws_other_dates(dates):
    assert Dates(pairs=200, seed=1).training[:3] != dates.training[:3]
    assert Dates(pairs=200).training == dates.training[:200]
    with pytest.raises(ValueError, match="pairs must be at least 100, got 5"):
        Dates(pairs=5)


# -- the interface


def test_the_interface_is_in_two_languages_without_markup():
    pairs = interface_pairs()
    assert 2000 < len(pairs) < 2600
    assert dict(pairs)["Close All Tabs"] == "关闭所有标签页"
    assert all(not set("%{}<>_") & set(english + chinese) for english, chinese in pairs)
    assert len(dict(pairs)) == len(pairs)


def test_near_duplicates_of_the_interface_lie_on_one_side():
    task = Interface()
    known = set().union(*(variants(english) for english, _ in task.training))
    chinese = {plain(one) for _, one in task.training}
    assert all(not variants(english) & known and plain(one) not in chinese for english, one in task.held_out_pairs)
    assert 0.12 < len(task.held_out_pairs) / len(interface_pairs()) < 0.18


# -- splitting


def test_the_split_does_not_depend_on_the_order_of_the_rows():
    names = [f"row {number}" for number in range(50)]
    out = {names[row] for row in held_out(names, 0.2)}
    assert {names[::-1][row] for row in held_out(names[::-1], 0.2)} == out
    assert len(out) == 10


def test_a_group_is_held_out_whole_or_not_at_all():
    rows = ["a", "b", "a", "c", "d", "b", "e", "f"]
    out = held_out(rows, 0.3)
    assert {rows[row] for row in out}.isdisjoint({rows[row] for row in range(len(rows)) if row not in out})
    assert out


def test_one_group_at_least_is_left_on_either_side():
    assert len(held_out(["a", "b"], 0.99)) == 1
    assert len(held_out(["a", "b"], 0.01)) == 1


def test_what_shares_a_name_is_one_group():
    assert groups([{"a"}, {"b"}, {"b", "c"}, {"c"}, {"d"}, {"a", "d"}]) == [0, 1, 1, 1, 0, 0]


def test_texts_that_differ_in_one_word_share_a_variant():
    assert variants("Open the new file") & variants("Open the old file")
    assert not variants("Open the new file") & variants("Close the old file")
    assert not variants("New file") & variants("Old file")
    assert plain("CLOSE tab…") == plain("Close Tab")
