"""Tasks of tags: what is read, what counts, what a learner types, and that nothing held out was ever seen."""

import numpy as np
import pytest
import torch
from sklearn.metrics import precision_recall_fscore_support

from rnnviz.models import SequenceModel, WordTagger
from rnnviz.tasks.registry import from_recipe
from rnnviz.tasks.tags.addresses import parsed
from rnnviz.tasks.tags.neighbours import held_out, neighbours
from rnnviz.tasks.tags.owntags import from_tags
from rnnviz.tasks.tags.tagscores import tag_scores
from rnnviz.tasks.tags.wordtokens import Vocabulary

SENTENCES = ["to Bonn", "from Bonn to Rome now", "Rome", "by the sea in Oslo", "12 Elm St", "Kiel , 24103"]
TAGS = ["O P", "O P O P O", "P", "O O O O P", "N S S", "P O N"]


@pytest.fixture
def task():
    return from_tags(SENTENCES, TAGS, test_share=0.4)


def test_padding_is_token_0_and_asks_for_no_answer(task):
    batch = task.batch(16, torch.Generator().manual_seed(0))
    padded = torch.arange(task.seq_len) >= batch.lengths[:, None]
    assert (batch.inputs[padded] == 0).all()
    assert torch.equal(batch.targets == -100, padded)
    assert (batch.inputs[~padded] > 0).all()


def test_what_stands_in_the_padding_changes_neither_loss_nor_metric(task):
    batch = task.held_out()
    outputs = torch.randn(*batch.targets.shape, task.output_size, generator=torch.Generator().manual_seed(0))
    other = torch.where((batch.targets < 0)[..., None], 7.0, outputs)
    assert torch.equal(task.loss(outputs, batch.targets), task.loss(other, batch.targets))
    assert torch.equal(task.metric(outputs, batch.targets), task.metric(other, batch.targets))


def test_the_metric_is_the_mean_over_words_alone(task):
    batch = task.held_out()
    outputs = torch.randn(*batch.targets.shape, task.output_size, generator=torch.Generator().manual_seed(1))
    said = [row[:end] for row, end in zip(outputs.argmax(-1), batch.lengths, strict=True)]
    truth = [row[:end] for row, end in zip(batch.targets, batch.lengths, strict=True)]
    assert task.metric(outputs, batch.targets).item() == pytest.approx(
        np.mean(torch.cat(said).numpy() == torch.cat(truth).numpy())
    )


def test_the_words_known_are_those_of_the_training_part_alone(task):
    training = {word.lower() for words, _ in task.sentences(held_out=False) for word in words}
    unseen = [word for words, _ in task.sentences(held_out=True) for word in words if word.lower() not in training]
    assert unseen
    for word in unseen:
        assert task.symbols[task.words.encode([word])[0]] != word


def test_words_have_a_network_with_shapes_and_characters_the_labs_own(task):
    sizes = {"hidden_size": 4, "num_layers": 1, "bidirectional": True, "nonlinearity": "tanh"}
    assert isinstance(task.network(cell="lstm", **sizes), WordTagger)
    letters = from_tags(["ab", "cab", "xyz"], [["O", "P"], ["P", "O", "P"], ["O"] * 3], level="char")
    network = letters.network(cell="gru", **sizes)
    assert isinstance(network, SequenceModel)
    assert network(*letters.held_out().arguments).shape == (1, letters.seq_len, 2)


def test_what_is_typed_is_read_as_a_sentence_without_an_answer(task):
    batch = task.encoded("from Elm to Rome")
    assert batch.lengths.tolist() == [4]
    assert (batch.targets == -100).all()
    assert batch.inputs[0, :4].tolist() == task.words.encode(["from", "Elm", "to", "Rome"])


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        (5, TypeError, "text must be words, got 5"),
        ("  ", ValueError, "text must hold something to read"),
        ("a b c d e f g", ValueError, "text must have at most 5 words, got 7"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(task, text, error, words):
    with pytest.raises(error, match=words):
        task.encoded(text)


def test_a_recipe_makes_the_same_task_again(task):
    again = from_recipe(task.to_recipe())
    assert torch.equal(again.held_out().inputs, task.held_out().inputs)
    assert again.classes == task.classes


def test_baselines_are_what_the_rules_give(task):
    training = [pair for words, tags in task.sentences(held_out=False) for pair in zip(words, tags, strict=True)]
    held = [pair for words, tags in task.sentences(held_out=True) for pair in zip(words, tags, strict=True)]
    tags = [tag for _, tag in training]
    most = max(dict.fromkeys(tags), key=tags.count)
    usual = {
        word: max(dict.fromkeys(own := [t for w, t in training if w == word]), key=own.count) for word, _ in training
    }
    assert list(task.baselines().values()) == pytest.approx(
        [np.mean([tag == most for _, tag in held]), np.mean([usual.get(word, most) == tag for word, tag in held])]
    )


@pytest.mark.parametrize(
    ("sentences", "tags", "error", "words"),
    [
        ("to Bonn", ["O P"], TypeError, "sentences must be a list"),
        (["to Bonn", "Rome"], ["O P"], ValueError, "tags must be as many as sentences, 2, got 1"),
        (["to Bonn", "Rome"], ["O P", "P P"], ValueError, r"tags\[1\] must be one a word, so 1"),
        (["to Bonn", ""], ["O P", "P"], ValueError, r"sentences\[1\] must hold at least one word"),
        (["to Bonn", ["Rome", 7]], ["O P", "P O"], TypeError, r"sentences\[1\] must hold words only, got 7"),
        (["to Bonn", "Rome"], ["P P", "P"], ValueError, "tags must be from 2 to 500 different ones, got 1"),
        (["to Bonn"], ["O P"], ValueError, "sentences must be at least two"),
        (["12 Elm St", "77 Elm St."], ["N S S", "N S S"], ValueError, "differ in more than a word in five"),
    ],
)
def test_sentences_that_cannot_be_a_task_are_named(sentences, tags, error, words):
    with pytest.raises(error, match=words):
        from_tags(sentences, tags)


def test_sentences_that_share_most_words_lie_on_one_side_whatever_their_order():
    sentences = [f"{number} {street} St, Springfield" for street in ("Elm", "Oak", "Ash", "Fir") for number in range(9)]
    words = [one.split() for one in sentences]
    out = held_out(words, 0.25)
    sides = {
        street: {held for one, held in zip(sentences, out, strict=True) if street in one} for street in ("Elm", "Oak")
    }
    assert all(len(side) == 1 for side in sides.values())
    assert 0 < sum(out) < len(out)
    turned = held_out(words[::-1], 0.25)
    assert turned[::-1] == out


def test_neighbours_are_found_as_comparing_every_pair_finds_them():
    drawn = np.random.default_rng(0)
    sentences = [[f"w{word}" for word in drawn.choice(12, size=drawn.integers(3, 8))] for _ in range(60)]
    names = [frozenset(sentence) for sentence in sentences]
    sentences = [[chr(97 + int(word[1:])) for word in sentence] for sentence in sentences]
    group = list(range(60))
    for first in range(60):
        for second in range(first):
            if len(names[first] & names[second]) >= 0.8 * len(names[first] | names[second]):
                old, new = group[first], group[second]
                group = [new if one == old else one for one in group]
    found = neighbours(sentences)
    assert all((found[a] == found[b]) == (group[a] == group[b]) for a in range(60) for b in range(60))


def test_scores_are_those_of_scikit_learn():
    drawn = np.random.default_rng(1)
    truth, said = drawn.integers(0, 6, (30, 9)), drawn.integers(0, 5, (30, 9))
    truth[np.arange(9) >= drawn.integers(3, 10, 30)[:, None]] = -100
    wanted = truth >= 0
    found = tag_scores(said, torch.tensor(truth), "abcdef")
    precision, recall, f1, cases = precision_recall_fscore_support(
        truth[wanted], said[wanted], labels=range(6), zero_division=0
    )
    np.testing.assert_allclose([found.precision, found.recall, found.f1], [precision, recall, f1])
    assert found.cases.tolist() == cases.tolist()
    assert found.accuracy == pytest.approx((truth == said)[wanted].mean())
    assert found.macro_f1() == pytest.approx(f1.mean())
    rows = [(a[a >= 0] == b[a >= 0]).all() for a, b in zip(truth, said, strict=True)]
    assert found.whole == pytest.approx(np.mean(rows))


def test_one_wrong_word_spoils_a_sequence_and_padding_does_not():
    found = tag_scores([[0, 1, 1], [0, 0, 1]], [[0, 1, -100], [0, 1, 1]], "ab")
    assert (found.whole, found.accuracy) == (0.5, 0.8)


def test_scores_of_other_axes_are_refused():
    with pytest.raises(ValueError, match=r"axes \(sequence, time\), got shapes \(3,\) and \(2,\)"):
        tag_scores([0, 1, 1], [0, 1], "ab")


def test_an_unknown_word_keeps_its_shape_and_a_known_one_is_read_in_any_case():
    words = Vocabulary([["60601", "Main", "St,"], ["60602", "Main", "St"]] * 2, min_count=4)
    numbers = words.encode(["99999", "MAIN", "main,", "St", "Qx?"])
    named = [words.symbols[number] for number in numbers]
    assert named == ["‹00›", "Main", "Main", "St", "<UNK>"]


def test_an_address_file_that_is_not_well_formed_is_read_all_the_same():
    text = """<AddressCollection><AddressString><AddressNumber>1</AddressNumber> <StreetName>A &amp; B</StreetName>
    </AddressString> <AddressString><<OccupancyIdentifier>3</OccupancyIdentifier></AddressString> <AddressString>"""
    assert parsed(text) == [
        (("1", "A & B"), ("AddressNumber", "StreetName")),
        (("3",), ("OccupancyIdentifier",)),
    ]
