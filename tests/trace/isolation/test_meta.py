"""What lies on the device "meta" has no numbers: whatever is asked of it, the answer is one sentence."""

import pytest
import torch
from torch import nn

import rnnviz as rv
from tests.losses import sum_of_squares


class Reader(nn.Module):
    def __init__(self, kind="GRU", **options):
        super().__init__()
        self.recurrent = getattr(nn, kind)(3, 4, batch_first=True, **options)
        self.head = nn.Linear(options.get("proj_size", 4) * (1 + options.get("bidirectional", False)), 1)

    def forward(self, x):
        return self.head(self.recurrent(x)[0])


def lowest(stack):
    return "recurrent.l0" if stack.num_layers > 1 or stack.bidirectional else "recurrent"


KINDS = {
    "RNN": {},
    "GRU": {"bidirectional": True},
    "LSTM": {"num_layers": 2},
    "LSTM projected": {"proj_size": 2},
}
ASKED = {
    "trace": lambda model, x: rv.trace(model, x),
    "trace with a loss": lambda model, x: rv.trace(model, x, loss=sum_of_squares),
    "fixed_points": lambda model, x: rv.fixed_points(model, x, layer=lowest(model.recurrent)),
    "saliency": lambda model, x: rv.saliency(model, x, target=0),
}
asked = pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)


@asked
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("where", ["cpu", "meta"])
def test_a_model_without_numbers_is_named_with_the_weight(kind, where, ask):
    model, x = Reader(kind.split()[0], **KINDS[kind]).to("meta"), torch.zeros(2, 5, 3, device=where)
    with pytest.raises(ValueError, match=r"^model must hold numbers, and its 'recurrent.weight_ih_l0' lies on 'meta'"):
        ask(model, x)


@asked
def test_inputs_without_numbers_are_named(ask):
    with pytest.raises(ValueError, match=r"^inputs must hold numbers, got a tensor on 'meta'"):
        ask(Reader(), torch.zeros(2, 5, 3, device="meta"))


@pytest.mark.parametrize("ask", [rv.trace, rv.fixed_points])
def test_inputs_without_numbers_are_named_where_their_shape_is_wrong_too(ask):
    with pytest.raises(ValueError, match=r"^inputs must hold numbers, got a tensor on 'meta'"):
        ask(Reader(), torch.zeros((), device="meta"))


def test_lists_in_lists_without_end_are_told_and_not_searched_for_tensors():
    endless = []
    for _ in range(2000):
        endless = [endless]
    with pytest.raises(ValueError, match=r"^inputs must be nested less deeply"):
        rv.trace(Reader(), endless)


@asked
def test_a_model_of_which_one_part_has_no_numbers_is_named_with_that_part(ask):
    model = Reader()
    model.head.to("meta")
    with pytest.raises(ValueError, match=r"its 'head.weight' lies on 'meta'"):
        ask(model, torch.zeros(2, 5, 3))


@pytest.mark.parametrize("loss", [None, sum_of_squares])
def test_a_cell_and_a_packed_sequence_without_numbers_are_named_too(loss):
    cell = nn.LSTMCell(3, 4, device="meta")
    with pytest.raises(ValueError, match=r"its 'weight_ih' lies on 'meta'"):
        rv.trace(cell, torch.zeros(2, 3, device="meta"), loss=loss and (lambda state: loss(state[0])))
    packed = nn.utils.rnn.pack_padded_sequence(torch.zeros(2, 5, 3), torch.tensor([5, 2]), batch_first=True)
    packed = packed._replace(data=packed.data.to("meta"))
    with pytest.raises(ValueError, match=r"^inputs must hold numbers"):
        rv.trace(nn.GRU(3, 4, batch_first=True), packed, loss=loss and (lambda found: loss(found[1])))


def test_what_a_model_is_given_by_name_is_named():
    class Named(Reader):
        def forward(self, x, *, mask):
            return super().forward(x) * mask

    with pytest.raises(ValueError, match=r"^mask must hold numbers"):
        rv.trace(Named(), torch.zeros(2, 5, 3), kwargs={"mask": torch.ones(1, device="meta")}, loss=sum_of_squares)


def test_an_error_of_the_models_own_stays_what_it_is():
    class Broken(Reader):
        def forward(self, x):
            raise RuntimeError("the model is broken")

    with pytest.raises(RuntimeError, match=r"^the model is broken$"):
        rv.trace(Broken(), torch.zeros(2, 5, 3))


def test_a_watched_loop_on_meta_is_told_at_its_step():
    model = Reader().to("meta")
    with rv.watch(model, every=1) as watched:
        model(torch.zeros(2, 5, 3, device="meta")).sum().backward()
        with pytest.raises(ValueError, match=r"^model must hold numbers, and its gradients lie on 'meta'"):
            watched.step()
