"""Decoder: a recurrent layer that writes the target, one token after the other, and scores what comes next."""

import torch
from torch import Tensor, nn

from rnnviz.checks import whole
from rnnviz.limits import SIZE, affordable, sizes
from rnnviz.models.inputs import check_tokens
from rnnviz.models.recurrent import State, read, recurrent_layer

__all__ = ["Decoder"]


class Decoder(nn.Module):
    """Read the tokens written so far and score the next one, beginning with a state that an encoder handed over.

    Parameters
    ----------
    vocabulary : int
        How many tokens there are; token 0 is padding, and its embedding stays 0.
    embedding_size, hidden_size : int
        Numbers that a token is embedded in, units a layer.
    num_layers : int
        Layers on top of each other, as many as the encoder's.
    cell : {"rnn", "lstm", "gru"}
        The recurrent layer, of the encoder's kind.
    nonlinearity : {"tanh", "relu"}
        For ``cell="rnn"`` only.
    context_size : int
        Numbers of a context that each step reads beside its token, as Bahdanau's decoder does; 0 where it reads none.

    Attributes
    ----------
    embedding : torch.nn.Embedding
        From tokens to vectors.
    recurrent : torch.nn.RNN, torch.nn.LSTM or torch.nn.GRU
        The layer, with ``batch_first=True``.
    head : torch.nn.Linear
        From a state to a score for each token.

    Raises
    ------
    TypeError, ValueError
        If a size is no whole number from 1 on, there is no such cell, or the weights would take too much memory.

    Examples
    --------
    >>> decoder = Decoder(vocabulary=20, embedding_size=4, hidden_size=8, cell="gru")
    >>> states, last = decoder(torch.tensor([[2, 5, 6]]), torch.zeros(1, 1, 8))
    >>> states.shape, decoder.head(states).shape
    (torch.Size([1, 3, 8]), torch.Size([1, 3, 20]))
    """

    def __init__(
        self,
        vocabulary: int,
        embedding_size: int,
        hidden_size: int,
        num_layers: int = 1,
        cell: str = "lstm",
        nonlinearity: str = "tanh",
        context_size: int = 0,
    ) -> None:
        super().__init__()
        vocabulary, embedding_size, hidden_size, num_layers = sizes(
            vocabulary=vocabulary, embedding_size=embedding_size, hidden_size=hidden_size, num_layers=num_layers
        )
        self.context_size = whole(0, SIZE)("context_size", context_size)
        affordable("the embedding", vocabulary * embedding_size, vocabulary=vocabulary, embedding_size=embedding_size)
        affordable("the head", vocabulary * hidden_size, vocabulary=vocabulary, hidden_size=hidden_size)
        self.embedding = nn.Embedding(vocabulary, embedding_size, padding_idx=0)
        read_size = embedding_size + self.context_size
        self.recurrent = recurrent_layer(cell, read_size, hidden_size, num_layers, False, nonlinearity)
        self.head = nn.Linear(hidden_size, vocabulary)

    def forward(
        self, tokens: Tensor, state: State, context: Tensor | None = None, lengths: Tensor | None = None
    ) -> tuple[Tensor, State]:
        """Read ``tokens`` (batch, time): the states (batch, time, unit), to be scored by ``head``, and the last state.

        Parameters
        ----------
        tokens : torch.Tensor
            Token numbers.
        state : torch.Tensor or tuple of torch.Tensor
            What the layer begins with, (layer, batch, unit), of an LSTM hidden and cell state.
        context : torch.Tensor, optional
            Axes (batch, time, context_size), beside the tokens.
        lengths : torch.Tensor, optional
            Tokens of each sequence, axis (batch,), on the CPU; None where all are full.
        """
        check_tokens("tokens", tokens)
        vectors = self.embedding(tokens)
        if context is not None:
            vectors = torch.cat([vectors, context], -1)
        return read(self.recurrent, vectors, lengths, state)
