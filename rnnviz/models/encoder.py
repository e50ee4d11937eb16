"""Encoder: a recurrent layer that reads the source, and hands its last states over to a decoder."""

from torch import Tensor, nn

from rnnviz.checks import flag
from rnnviz.limits import affordable, sizes
from rnnviz.models.inputs import check_tokens
from rnnviz.models.recurrent import State, check_lengths, read, recurrent_layer

__all__ = ["Bridge", "Encoder"]


class Encoder(nn.Module):
    """Read a sequence of tokens: a state for each, and one to begin a decoder with.

    Sutskever, Vinyals & Le (2014) hand the last state over as it is. An encoder that also reads from the end has two
    last states a layer, so a `Bridge` makes one of them.

    Parameters
    ----------
    vocabulary : int
        How many tokens there are; token 0 is padding, and its embedding stays 0.
    embedding_size, hidden_size : int
        Numbers that a token is embedded in, units a layer and direction.
    num_layers : int
        Layers on top of each other.
    cell : {"rnn", "lstm", "gru"}
        The recurrent layer.
    bidirectional : bool
        Also read from the end.
    nonlinearity : {"tanh", "relu"}
        For ``cell="rnn"`` only.

    Attributes
    ----------
    embedding : torch.nn.Embedding
        From tokens to vectors.
    recurrent : torch.nn.RNN, torch.nn.LSTM or torch.nn.GRU
        The layer, with ``batch_first=True``.
    bridge : Bridge or None
        From both directions' last states to one; None where there is one direction.
    memory_size : int
        Numbers a source position: the units of all directions.

    Raises
    ------
    TypeError, ValueError
        If a size is no whole number from 1 on, there is no such cell, or the weights would take too much memory.

    Examples
    --------
    >>> import torch
    >>> encoder = Encoder(vocabulary=20, embedding_size=4, hidden_size=8, bidirectional=True)
    >>> memory, (hidden, cell) = encoder(torch.tensor([[5, 6, 7], [8, 9, 0]]), torch.tensor([3, 2]))
    >>> memory.shape, hidden.shape
    (torch.Size([2, 3, 16]), torch.Size([1, 2, 8]))
    """

    def __init__(
        self,
        vocabulary: int,
        embedding_size: int,
        hidden_size: int,
        num_layers: int = 1,
        cell: str = "lstm",
        bidirectional: bool = False,
        nonlinearity: str = "tanh",
    ) -> None:
        super().__init__()
        vocabulary, embedding_size, hidden_size, num_layers = sizes(
            vocabulary=vocabulary, embedding_size=embedding_size, hidden_size=hidden_size, num_layers=num_layers
        )
        bidirectional = flag("bidirectional", bidirectional)
        affordable("the embedding", vocabulary * embedding_size, vocabulary=vocabulary, embedding_size=embedding_size)
        self.embedding = nn.Embedding(vocabulary, embedding_size, padding_idx=0)
        self.recurrent = recurrent_layer(cell, embedding_size, hidden_size, num_layers, bidirectional, nonlinearity)
        self.bridge = Bridge(hidden_size, cell) if bidirectional else None
        self.memory_size = hidden_size * (2 if bidirectional else 1)

    def forward(self, source: Tensor, lengths: Tensor | None = None) -> tuple[Tensor, State]:
        """Read ``source`` (batch, time): the memory (batch, time, memory_size), 0 on padding, and the last state.

        Parameters
        ----------
        source : torch.Tensor
            Token numbers.
        lengths : torch.Tensor, optional
            Tokens of each source, axis (batch,); None where all are full.
        """
        check_tokens("source", source)
        lengths = check_lengths("lengths", lengths, source)
        memory, last = read(self.recurrent, self.embedding(source), lengths)
        return memory, last if self.bridge is None else self.bridge(last)


class Bridge(nn.Module):
    """Make one first state for each of the decoder's layers of the two last ones that both directions came to.

    As in Bahdanau, Cho & Bengio (2015), h₀ = tanh(W [→h_T; ←h_1] + b), with both directions in place of their one; a
    cell state, which has no bounds, goes without the tanh. All layers share the weights.

    Parameters
    ----------
    hidden_size : int
        Units a direction.
    cell : {"rnn", "lstm", "gru"}
        An LSTM's cell state gets weights of its own.
    """

    def __init__(self, hidden_size: int, cell: str) -> None:
        super().__init__()
        self.hidden = nn.Linear(2 * hidden_size, hidden_size)
        self.cell = nn.Linear(2 * hidden_size, hidden_size) if cell == "lstm" else None

    def forward(self, last: State) -> State:
        """Take last states (2 · layer, batch, unit) to first ones (layer, batch, unit)."""
        if self.cell is None:
            assert isinstance(last, Tensor)
            return self.hidden(_side_by_side(last)).tanh()  # type: ignore[no-any-return]
        hidden, cell = last
        return self.hidden(_side_by_side(hidden)).tanh(), self.cell(_side_by_side(cell))


def _side_by_side(last: Tensor) -> Tensor:
    """From (2 · layer, batch, unit), forward and backward in turn, to (layer, batch, 2 · unit)."""
    layers, batch, units = last.size(0) // 2, last.size(1), last.size(2)
    return last.view(layers, 2, batch, units).transpose(1, 2).reshape(layers, batch, 2 * units)
