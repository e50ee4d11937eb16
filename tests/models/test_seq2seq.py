"""Seq2Seq: a forced target at once is the same step by step, padding is nothing, and attention looks at tokens only."""

import contextlib
import math
import re

import pytest
import torch
from torch import nn

import rnnviz as rv
from rnnviz.models import ATTENTIONS, BOS, EOS, PAD, Attention, Decoder, Encoder, Seq2Seq
from rnnviz.models.recurrent import recurrent_layer

SOURCE = torch.tensor([[4, 5, 6, 7], [4, 8, 0, 0], [5, 6, 7, 0]])
LENGTHS = torch.tensor([4, 2, 3])
TARGET_IN = torch.tensor([[2, 4, 5, 6, 4], [2, 6, 0, 0, 0], [2, 4, 4, 0, 0]])
TARGETS = torch.tensor([[4, 5, 6, 4, 3], [6, 3, -100, -100, -100], [4, 4, 3, -100, -100]])
WRITTEN = (5, 2, 3)

every_attention = pytest.mark.parametrize("attention", [None, *ATTENTIONS])
every_cell = pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])


def model_of(attention, cell="lstm", bidirectional=True, num_layers=1, target_vocabulary=7):
    torch.manual_seed(3)
    return Seq2Seq.sized(
        9,
        target_vocabulary,
        embedding_size=3,
        hidden_size=5,
        num_layers=num_layers,
        cell=cell,
        bidirectional=bidirectional,
        attention=attention,
    ).double()


def loss_of(logits, targets=TARGETS):
    return nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-100, reduction="sum")


def one_step_at_a_time(model, source, lengths, target_in):
    reading, logits = model.begin(source, lengths), []
    for tokens in target_in.unbind(1):
        scores, _, reading = model.step(tokens, reading)
        logits.append(scores)
    return torch.stack(logits, 1)


@every_attention
@every_cell
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("num_layers", [1, 2])
def test_a_forced_target_at_once_is_the_same_as_step_by_step(attention, cell, bidirectional, num_layers):
    model = model_of(attention, cell, bidirectional, num_layers)
    wanted = TARGETS != -100
    at_once = model(SOURCE, LENGTHS, TARGET_IN)
    slowly = one_step_at_a_time(model, SOURCE, LENGTHS, TARGET_IN)
    torch.testing.assert_close(at_once[wanted], slowly[wanted], rtol=0, atol=1e-12)


@every_attention
@every_cell
def test_a_padded_batch_answers_as_each_sequence_alone(attention, cell):
    model = model_of(attention, cell, num_layers=2)
    together = model(SOURCE, LENGTHS, TARGET_IN)
    for row, (length, written) in enumerate(zip(LENGTHS.tolist(), WRITTEN, strict=True)):
        alone = model(SOURCE[row : row + 1, :length], None, TARGET_IN[row : row + 1, :written])
        torch.testing.assert_close(together[row, :written], alone[0], rtol=0, atol=1e-12)


@every_attention
def test_what_stands_in_the_padding_changes_nothing(attention):
    model, wanted = model_of(attention), TARGETS != -100
    other = SOURCE.where(torch.arange(4) < LENGTHS[:, None], 6)
    before, after = model(SOURCE, LENGTHS, TARGET_IN), model(other, LENGTHS, TARGET_IN)
    torch.testing.assert_close(before[wanted], after[wanted], rtol=0, atol=0)


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_attention_weights_sum_to_one_and_are_nothing_on_padding(attention):
    model = model_of(attention)
    model(SOURCE, LENGTHS, TARGET_IN)
    weights = model.alignment
    assert weights.shape == (3, 5, 4)
    assert not weights.requires_grad
    torch.testing.assert_close(weights.sum(-1), torch.ones(3, 5).double())
    padding = torch.arange(4) >= LENGTHS[:, None]
    assert (weights.transpose(1, 2)[padding] == 0).all()


def test_without_attention_there_is_no_alignment():
    model = model_of(None)
    model(SOURCE, LENGTHS, TARGET_IN)
    assert model.alignment is None
    assert model.greedy(SOURCE, LENGTHS, 3).alignment is None


def test_dot_compares_a_state_with_the_sum_of_both_directions():
    attention = Attention("dot", state_size=2, memory_size=4).double()
    memory = torch.tensor([[[1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 0.0, 0.0]]]).double()
    state = torch.tensor([[[1.0, 0.5]]]).double()
    context, weights = attention(state, memory, torch.ones(1, 2, dtype=torch.bool))
    first, second = 1 * (1 + 3) + 0.5 * (2 + 4), 0.5 * 1
    share = math.exp(first) / (math.exp(first) + math.exp(second))
    torch.testing.assert_close(weights[0, 0], torch.tensor([share, 1 - share]).double())
    torch.testing.assert_close(context[0, 0], share * memory[0, 0] + (1 - share) * memory[0, 1])


def test_additive_attention_is_bahdanaus_equation():
    torch.manual_seed(0)
    attention = Attention("additive", state_size=3, memory_size=4).double()
    state, memory = torch.randn(3).double(), torch.randn(2, 4).double()
    scores = [attention.score.weight[0] @ torch.tanh(attention.query.weight @ state + attention.key.weight @ one)
              for one in memory]  # fmt: skip
    _, weights = attention(state[None, None], memory[None], torch.ones(1, 2, dtype=torch.bool))
    torch.testing.assert_close(weights[0, 0], torch.stack(scores).softmax(0))


def test_bahdanaus_decoder_looks_from_the_state_before_the_step():
    model = model_of("additive")
    reading = model.begin(SOURCE, LENGTHS)
    _, before = model.attention(reading.state[0][-1][:, None], reading.memory, reading.mask)
    _, weights, _ = model.step(TARGET_IN[:, 0], reading)
    torch.testing.assert_close(weights, before[:, 0])


def test_luongs_decoder_looks_from_the_state_after_the_step():
    model = model_of("general")
    reading = model.begin(SOURCE, LENGTHS)
    _, weights, after = model.step(TARGET_IN[:, 0], reading)
    _, wanted = model.attention(after.state[0][-1][:, None], reading.memory, reading.mask)
    torch.testing.assert_close(weights, wanted[:, 0])


def test_a_one_way_encoder_hands_its_last_state_over_as_it_is():
    encoder = Encoder(9, 3, 5, num_layers=2).double()
    _, (hidden, cell) = encoder(SOURCE[1:2], LENGTHS[1:2])
    _, (last, last_cell) = encoder.recurrent(encoder.embedding(SOURCE[1:2, :2]))
    torch.testing.assert_close((hidden, cell), (last, last_cell))


@every_cell
def test_a_two_way_encoder_hands_over_the_ends_of_both_directions_through_its_bridge(cell):
    torch.manual_seed(0)
    encoder = Encoder(9, 3, 5, num_layers=2, cell=cell, bidirectional=True).double()
    memory, state = encoder(SOURCE[1:2], LENGTHS[1:2])
    hidden = state[0] if cell == "lstm" else state
    top = torch.cat([memory[0, 1, :5], memory[0, 0, 5:]])  # forward at its end, backward at the beginning
    torch.testing.assert_close(hidden[1, 0], torch.tanh(encoder.bridge.hidden(top)))


# -- what a step reads in training


def test_in_eval_mode_every_step_reads_the_true_token():
    model = model_of("dot").eval()
    true = model(SOURCE, LENGTHS, TARGET_IN)
    model.teacher_forcing = 0.0
    torch.testing.assert_close(model(SOURCE, LENGTHS, TARGET_IN), true, rtol=0, atol=0)


@every_attention
def test_without_teacher_forcing_a_training_step_reads_what_the_model_said_before(attention):
    model = model_of(attention)
    model.teacher_forcing = 0.0
    logits = model(SOURCE, LENGTHS, TARGET_IN)
    own = torch.cat([torch.full((3, 1), BOS), logits.argmax(-1)[:, :-1]], 1)
    torch.testing.assert_close(logits, one_step_at_a_time(model, SOURCE, LENGTHS, own), rtol=0, atol=1e-12)


def test_half_of_the_tokens_are_the_models_own_at_a_ratio_of_one_half():
    model = model_of(None)
    seen = []
    model.decoder.register_forward_pre_hook(lambda _, given: seen.append(given[0][:, 0]))
    model.teacher_forcing = 0.5
    model(SOURCE[:1].expand(4000, -1), None, torch.tensor([[BOS, 0]]).expand(4000, -1))  # never what the model says
    assert 0.46 < (seen[1] == PAD).double().mean() < 0.54


def test_the_same_seed_draws_the_same_tokens():
    model = model_of("dot")
    model.teacher_forcing = 0.5
    drawn = []
    for _ in range(2):
        torch.manual_seed(11)
        drawn.append(model(SOURCE, LENGTHS, TARGET_IN))
    torch.testing.assert_close(drawn[0], drawn[1], rtol=0, atol=0)


# -- traced


def unrolled(layer, vectors, state, reverse=False):
    """An nn.LSTM of one sequence, cell by cell: every hidden state a tensor of its own that keeps its gradient."""
    suffix = "_reverse" if reverse else ""
    cell = nn.LSTMCell(layer.input_size, layer.hidden_size).double()
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    weights = {name: getattr(layer, f"{name}_l0{suffix}").detach() for name in names}
    states = []
    for vector in reversed(vectors) if reverse else vectors:
        state = torch.func.functional_call(cell, weights, (vector[None], state))
        state[0].retain_grad()
        state[1].retain_grad()
        states.append(state)
    return states[::-1] if reverse else states


@pytest.mark.parametrize("attention", [None, "dot", "general"])
def test_a_trace_finds_the_gradients_of_both_layers_that_an_unrolled_pass_finds(attention):
    model = model_of(attention)
    found = rv.trace(model, SOURCE, LENGTHS, TARGET_IN, loss=loss_of).layers
    encoder, decoder = found["encoder.recurrent"], found["decoder.recurrent"]
    assert encoder.lengths.tolist() == [4, 2, 3]
    assert decoder.lengths.tolist() == [5, 2, 3]
    zero = torch.zeros(1, 5).double().requires_grad_()
    for row, (length, written) in enumerate(zip(LENGTHS.tolist(), WRITTEN, strict=True)):
        vectors = model.encoder.embedding(SOURCE[row, :length]).detach()
        forward = unrolled(model.encoder.recurrent, vectors, (zero, zero))
        backward = unrolled(model.encoder.recurrent, vectors, (zero, zero), reverse=True)
        memory = torch.cat([torch.cat([one[0], other[0]], 1) for one, other in zip(forward, backward, strict=True)])
        ends = [torch.cat([forward[-1][part], backward[0][part]], 1) for part in (0, 1)]
        begin = torch.tanh(model.encoder.bridge.hidden(ends[0])), model.encoder.bridge.cell(ends[1])
        states = unrolled(model.decoder.recurrent, model.decoder.embedding(TARGET_IN[row, :written]).detach(), begin)
        tops = torch.cat([one[0] for one in states])
        if attention is not None:
            context, _ = model.attention(tops[None], memory[None], torch.ones(1, length, dtype=torch.bool))
            tops = model.attention.combined(tops, context[0])
        loss_of(model.decoder.head(tops)[None], TARGETS[row : row + 1, :written]).backward()
        for part, name in ((0, "grad_hidden"), (1, "grad_cell")):
            for direction, some in enumerate((forward, backward)):
                wanted = torch.cat([one[part].grad for one in some])
                got = torch.from_numpy(getattr(encoder, name)[0, direction, row, :length].copy())
                torch.testing.assert_close(got, wanted, rtol=0, atol=1e-10)
            wanted = torch.cat([one[part].grad for one in states])
            got = torch.from_numpy(getattr(decoder, name)[0, 0, row, :written].copy())
            torch.testing.assert_close(got, wanted, rtol=0, atol=1e-10)


def test_a_trace_joins_the_steps_of_bahdanaus_decoder_into_one_layer():
    model = model_of("additive", num_layers=2)
    decoder = rv.trace(model, SOURCE, LENGTHS, TARGET_IN, loss=loss_of).layers["decoder.recurrent"]
    assert decoder.hidden.shape == (2, 1, 3, 5, 5)
    reading = model.begin(SOURCE, LENGTHS)
    for time, tokens in enumerate(TARGET_IN.unbind(1)):
        _, _, reading = model.step(tokens, reading)
        hidden = torch.from_numpy(decoder.hidden[:, 0, :, time].copy())
        torch.testing.assert_close(hidden, reading.state[0].detach(), rtol=0, atol=1e-12)


def test_a_trace_leaves_the_alignment_of_the_call_before():
    model = model_of("dot")
    model(SOURCE[:1], None, TARGET_IN[:1])
    before = model.alignment
    rv.trace(model, SOURCE, LENGTHS, TARGET_IN, loss=loss_of)
    assert model.alignment is before


@every_attention
def test_a_watched_translator_trains_as_an_unwatched_one(attention):
    def trained(watched):
        model = model_of(attention).float()
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        with rv.watch(model) if watched else contextlib.nullcontext() as watch:
            for _ in range(4):
                optimizer.zero_grad()
                loss = loss_of(model(SOURCE, LENGTHS, TARGET_IN))
                loss.backward()
                optimizer.step()
                if watch is not None:
                    watch.step(loss=loss)
        if watch is not None:
            assert list(watch.trace.layers) == ["encoder.recurrent", "decoder.recurrent"]
            watch.close()
        return [one.detach() for one in model.parameters()]

    for one, other in zip(trained(True), trained(False), strict=True):
        assert torch.equal(one, other)


# -- what does not fit is refused in one sentence


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"hidden_size": 6}, "decoder must have the encoder's hidden_size=5, got 6."),
        ({"num_layers": 2}, "decoder must have the encoder's num_layers=1, got 2."),
        ({"cell": "gru"}, "decoder must have the encoder's cell=LSTM, got GRU."),
        ({"context_size": 5}, "decoder must have context_size=0 for attention='dot', got 5"),
    ],
)
def test_a_decoder_of_another_form_is_refused(changes, said):
    decoder = Decoder(7, 3, **{"hidden_size": 5, **changes})
    with pytest.raises(ValueError, match=re.escape(said)):
        Seq2Seq(Encoder(9, 3, 5), decoder, "dot")


def test_bahdanaus_decoder_must_read_a_context():
    with pytest.raises(ValueError, match=r"context_size=5 for attention='additive', got 0; build both"):
        Seq2Seq(Encoder(9, 3, 5), Decoder(7, 3, 5), "additive")


def test_parts_that_are_none_are_refused():
    with pytest.raises(TypeError, match=r"encoder must be an rnnviz.models.Encoder, got LSTM"):
        Seq2Seq(nn.LSTM(3, 5), Decoder(7, 3, 5))
    with pytest.raises(TypeError, match=r"decoder must be an rnnviz.models.Decoder, got NoneType"):
        Seq2Seq(Encoder(9, 3, 5), None)
    with pytest.raises(ValueError, match="attention must be one of dot, general, additive, got 'luong'"):
        Seq2Seq(Encoder(9, 3, 5), Decoder(7, 3, 5), "luong")
    with pytest.raises(ValueError, match=r"memory_size must be state_size=5.*got 7; choose 'general'"):
        Attention("dot", 5, 7)
    with pytest.raises(ValueError, match="'relu' with 'lstm'"):
        recurrent_layer("lstm", 1, 2, 1, False, "relu")


@pytest.mark.parametrize(
    ("lengths", "error", "said"),
    [
        (torch.tensor([4, 2]), TypeError, "got a tensor of torch.int64 with shape (2,)"),
        (torch.tensor([4.0, 2.0, 3.0]), TypeError, "lengths must be a torch.Tensor of whole numbers"),
        ([4, 2, 3], TypeError, "one for each of the 3 sequences, got list"),
        (torch.tensor([4, 0, 3]), ValueError, "from 1 to the 4 timesteps that there are, got [4, 0, 3]"),
        (torch.tensor([5, 2, 3]), ValueError, "lengths must be from 1 to the 4 timesteps"),
    ],
)  # fmt: skip
def test_lengths_that_are_none_are_refused(lengths, error, said):
    with pytest.raises(error, match=re.escape(said)):
        model_of("dot")(SOURCE, lengths, TARGET_IN)


def test_what_is_called_with_is_checked():
    model = model_of("dot")
    with pytest.raises(
        TypeError, match=r"source must be a torch.Tensor of token numbers, got a tensor of torch.float32"
    ):
        model(SOURCE.float(), LENGTHS, TARGET_IN)
    with pytest.raises(TypeError, match=r"target_in must be a torch.Tensor of token numbers, got NoneType"):
        model(SOURCE, LENGTHS, None)
    with pytest.raises(ValueError, match="target_in must have one row for each of 3 sources, got 2"):
        model(SOURCE, LENGTHS, TARGET_IN[:2])
    for bad, said in ((1.5, "at most 1, got 1.5"), (-0.1, "at least 0"), (float("nan"), "got nan")):
        model.teacher_forcing = bad
        with pytest.raises(ValueError, match=f"teacher_forcing must be .*{said}"):
            model(SOURCE, LENGTHS, TARGET_IN)
    assert EOS == 3
