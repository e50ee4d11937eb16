"""SequenceModel: a recurrent layer that reads a sequence and a linear layer that answers from its states."""

import math

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnviz.checks import flag, kind_of, one_of, optional, shown, whole
from rnnviz.limits import SIZE, affordable, sizes
from rnnviz.models.inputs import check_lengths, check_sequences, check_tokens

__all__ = ["CELLS", "INITIALISATIONS", "NONLINEARITIES", "SequenceModel", "initialise"]

CELLS = ("rnn", "lstm", "gru")
INITIALISATIONS = ("default", "xavier", "orthogonal", "identity")
NONLINEARITIES = ("tanh", "relu")
_GATES = {"rnn": 1, "lstm": 4, "gru": 3}


class SequenceModel(nn.Module):
    """Read a sequence with an RNN, LSTM or GRU, and answer from its last state, or from every state.

    Parameters
    ----------
    cell : {"rnn", "lstm", "gru"}
        The recurrent layer.
    input_size, hidden_size, output_size : int
        Features a timestep (with a vocabulary: numbers a token is embedded in), units a layer and direction, numbers an
        answer.
    num_layers : int
        Layers on top of each other.
    bidirectional : bool
        Also read from the end; the answer then sees each direction's own last state, that is the forward
        state of the last timestep (of a padded sequence, the last before its padding) and the backward state of the
        first.
    nonlinearity : {"tanh", "relu"}
        For ``cell="rnn"`` only.
    vocabulary : int, optional
        How many tokens there are, where the inputs are token numbers.
    each_step : bool
        Answer at every timestep.

    Attributes
    ----------
    embedding : torch.nn.Embedding or None
        From tokens to vectors.
    recurrent : torch.nn.RNN, torch.nn.LSTM or torch.nn.GRU
        The layer, with ``batch_first=True``.
    head : torch.nn.Linear
        From a state to the answer.

    Raises
    ------
    ValueError
        If ``cell`` or ``nonlinearity`` is not one of those listed.

    Examples
    --------
    >>> model = SequenceModel("gru", input_size=1, hidden_size=8, output_size=2)
    >>> model(torch.zeros(3, 20, 1)).shape
    torch.Size([3, 2])
    >>> words = SequenceModel("lstm", input_size=4, hidden_size=8, output_size=2, vocabulary=9)
    >>> words(torch.tensor([[5, 3, 4], [7, 2, 0]]), torch.tensor([3, 2])).shape  # the second has two letters
    torch.Size([2, 2])
    """

    def __init__(
        self,
        cell: str,
        input_size: int,
        hidden_size: int,
        output_size: int,
        num_layers: int = 1,
        bidirectional: bool = False,
        nonlinearity: str = "tanh",
        vocabulary: int | None = None,
        each_step: bool = False,
    ) -> None:
        super().__init__()
        input_size, hidden_size, output_size, num_layers = sizes(
            input_size=input_size, hidden_size=hidden_size, output_size=output_size, num_layers=num_layers
        )
        vocabulary = optional(whole(1, SIZE))("vocabulary", vocabulary)
        bidirectional, each_step = flag("bidirectional", bidirectional), flag("each_step", each_step)
        one_of(CELLS)("cell", cell)
        if one_of(NONLINEARITIES)("nonlinearity", nonlinearity) != "tanh" and cell != "rnn":
            raise ValueError(
                f"nonlinearity must be 'tanh', or 'relu' with cell 'rnn', got {shown(nonlinearity)} with {cell!r}."
            )
        directions = 2 if bidirectional else 1
        _check_affordable(cell, input_size, hidden_size, output_size, num_layers, directions, vocabulary)
        self.cell, self.each_step = cell, each_step
        self.embedding = None if vocabulary is None else nn.Embedding(vocabulary, input_size)
        self.recurrent: nn.RNNBase
        if cell == "rnn":
            self.recurrent = nn.RNN(
                input_size,
                hidden_size,
                num_layers,
                batch_first=True,
                bidirectional=bidirectional,
                nonlinearity=nonlinearity,
            )
        else:
            layer = nn.LSTM if cell == "lstm" else nn.GRU
            self.recurrent = layer(input_size, hidden_size, num_layers, batch_first=True, bidirectional=bidirectional)
        self.head = nn.Linear(hidden_size * directions, output_size)

    def forward(self, inputs: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Answer for each sequence: ``inputs`` (batch, time, feature) to (batch, output).

        With a vocabulary the inputs are (batch, time); with ``each_step`` the answers are (batch, time, output).
        ``lengths``, whole numbers of axis (batch,) on the CPU, say where the padding begins: nothing past a sequence's
        end is read, and answers there are those to a state of 0.
        """
        entering = self.embedded(inputs)
        if lengths is None:
            return self.answer(self.recurrent(entering)[0])
        check_lengths("lengths", lengths, inputs)
        packed = pack_padded_sequence(entering, lengths, batch_first=True, enforce_sorted=False)
        # as wide as the inputs, even where none of these sequences is
        states = pad_packed_sequence(self.recurrent(packed)[0], batch_first=True, total_length=inputs.shape[1])[0]
        return self.answer(states, lengths)

    def embedded(self, inputs: Tensor) -> Tensor:
        """Return what the recurrent layer reads, (batch, time, feature): the inputs, or tokens as vectors."""
        if self.embedding is None:
            check_sequences("inputs", inputs, self.recurrent.input_size, next(self.parameters()))
            return inputs
        check_tokens("inputs", inputs)
        vectors: Tensor = self.embedding(inputs)
        return vectors

    def answer(self, states: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Answer from the top layer's ``states``, (batch, time, unit), both directions side by side.

        ``lengths`` say where each sequence ends, (batch,); None where all fill the time axis.
        """
        if self.each_step:
            answers: Tensor = self.head(states)
            return answers
        size = self.recurrent.hidden_size
        last = states[:, -1, :size] if lengths is None else _at_the_end(states, lengths)[:, :size]
        if self.recurrent.bidirectional:
            last = torch.cat([last, states[:, 0, size:]], dim=-1)
        answer: Tensor = self.head(last)
        return answer


def _at_the_end(states: Tensor, lengths: Tensor) -> Tensor:
    places = (lengths - 1).to(states.device)
    return states.gather(1, places[:, None, None].expand(-1, 1, states.shape[2])).squeeze(1)


@torch.no_grad()
def initialise(model: SequenceModel, how: str, generator: torch.Generator | None = None) -> SequenceModel:
    """Set a model's first weights in place and return it.

    ``"default"`` is torch's own: with a generator seeded s it gives the same weights, bit for bit, as building the
    model after ``torch.manual_seed(s)``. The others change the recurrent layer and leave the head as torch draws it.
    All three make every gate's input matrix Glorot-uniform. The recurrent matrix of every gate is Glorot-uniform with
    ``"xavier"``, orthogonal (all singular values 1) with ``"orthogonal"``, and the identity with ``"identity"``, which
    also sets the layer's biases to 0 (Le, Jaitly & Hinton 2015).

    Parameters
    ----------
    model : SequenceModel
        On any device; its weights are overwritten.
    how : {"default", "xavier", "orthogonal", "identity"}
        The rule.
    generator : torch.Generator, optional
        Where the random numbers come from, on the model's device; None takes torch's global generator.

    Raises
    ------
    ValueError
        If ``how`` is none of those.

    Examples
    --------
    >>> model = initialise(SequenceModel("rnn", 1, 4, 1), "identity")
    >>> bool((model.recurrent.weight_hh_l0 == torch.eye(4)).all())
    True
    """
    if not isinstance(model, SequenceModel):
        raise TypeError(f"model must be a SequenceModel, got {kind_of(model)}.")
    if generator is not None and not isinstance(generator, torch.Generator):
        raise TypeError(f"generator must be a torch.Generator or None, got {kind_of(generator)}.")
    one_of(INITIALISATIONS)("how", how)
    _draw_default(model, generator)
    if how != "default":
        gates = _GATES[model.cell]
        for name, weight in model.recurrent.named_parameters():
            for part in weight.chunk(gates):
                _draw_part(name, part, how, generator)
    return model


def _check_affordable(
    cell: str, inputs: int, units: int, outputs: int, layers: int, directions: int, vocabulary: int | None
) -> None:
    weights = directions * layers * _GATES[cell] * units * (units + max(inputs, units))
    affordable("the model", weights, hidden_size=units, num_layers=layers)
    affordable("the model", units * outputs, hidden_size=units, output_size=outputs)
    affordable("the model", _GATES[cell] * units * inputs, hidden_size=units, input_size=inputs)
    affordable("the embedding", (vocabulary or 0) * inputs, vocabulary=vocabulary or 0, input_size=inputs)


def _draw_default(model: SequenceModel, generator: torch.Generator | None) -> None:
    if model.embedding is not None:
        nn.init.normal_(model.embedding.weight, generator=generator)
    # in torch's own order, layer by layer, so that a seed gives what torch would have drawn
    bound = 1 / math.sqrt(model.recurrent.hidden_size)
    for weight in model.recurrent.parameters():
        nn.init.uniform_(weight, -bound, bound, generator=generator)
    # sqrt(5) is torch's way to ±1/sqrt(inputs)
    nn.init.kaiming_uniform_(model.head.weight, a=math.sqrt(5), generator=generator)
    bound = 1 / math.sqrt(model.head.in_features)
    nn.init.uniform_(model.head.bias, -bound, bound, generator=generator)


def _draw_part(name: str, part: Tensor, how: str, generator: torch.Generator | None) -> None:
    recurrent = "_hh_" in name
    if name.startswith("bias"):
        if how == "identity":
            part.zero_()
    elif recurrent and how == "orthogonal":
        nn.init.orthogonal_(part, generator=generator)
    elif recurrent and how == "identity":
        nn.init.eye_(part)
    else:
        nn.init.xavier_uniform_(part, generator=generator)
