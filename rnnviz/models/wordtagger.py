"""WordTagger: a word and its shape, each embedded, a recurrent layer, and a tag for every word."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnviz import limits
from rnnviz.checks import flag, iterable, one_of, shown, whole
from rnnviz.limits import affordable, sizes
from rnnviz.models.inputs import check_lengths, check_tokens
from rnnviz.models.sequence import CELLS, NONLINEARITIES

__all__ = ["WordTagger"]

_GATES = {"rnn": 1, "lstm": 4, "gru": 3}


class WordTagger(nn.Module):
    """Give every word of a sequence scores for its tag, from what it is and from what it looks like.

    A token is a word as it is written. Two tables say which word and which shape it is, so that ``60614`` and
    ``60615``, which may both be unknown as words, are still rows of digits.

    Parameters
    ----------
    word_of, shape_of : sequence of int
        For each token the number of its word and of its shape; 0 is padding, and stays a vector of zeros.
    tags : int
        How many there are to choose from.
    word_size, shape_size, hidden_size : int
        Numbers that a word and a shape are embedded in, units a layer and direction.
    cell : {"lstm", "gru", "rnn"}
        The recurrent layer.
    num_layers : int
        Layers on top of each other.
    bidirectional : bool
        Also read from the end.
    nonlinearity : {"tanh", "relu"}
        For ``cell="rnn"`` only.

    Raises
    ------
    TypeError, ValueError
        If a size is no whole number from 1 on, there is not one shape a word, or the weights would take too much
        memory.

    Examples
    --------
    >>> tagger = WordTagger(word_of=[0, 1, 2], shape_of=[0, 1, 1], tags=5, hidden_size=8)
    >>> tagger(torch.tensor([[1, 2], [2, 0]]), torch.tensor([2, 1])).shape
    torch.Size([2, 2, 5])
    """

    word_of: Tensor
    shape_of: Tensor

    def __init__(
        self,
        word_of: Sequence[int],
        shape_of: Sequence[int],
        tags: int,
        *,
        word_size: int = 48,
        shape_size: int = 16,
        hidden_size: int = 64,
        cell: str = "lstm",
        num_layers: int = 1,
        bidirectional: bool = True,
        nonlinearity: str = "tanh",
    ) -> None:
        super().__init__()
        tags, word_size, shape_size, hidden_size, num_layers = sizes(
            tags=tags, word_size=word_size, shape_size=shape_size, hidden_size=hidden_size, num_layers=num_layers
        )
        directions, read = 2 if flag("bidirectional", bidirectional) else 1, word_size + shape_size
        _check(cell, nonlinearity)
        numbers = _numbers("word_of", word_of), _numbers("shape_of", shape_of)
        if len(numbers[0]) != len(numbers[1]):
            raise ValueError(
                f"shape_of must have a number for each of the {len(numbers[0])} tokens in word_of, "
                f"got {len(numbers[1])}."
            )
        weights = directions * num_layers * _GATES[cell] * hidden_size * (hidden_size + max(read, 2 * hidden_size))
        tables = (int(numbers[0].max()) + 1) * word_size + (int(numbers[1].max()) + 1) * shape_size
        affordable("the model", weights, hidden_size=hidden_size, num_layers=num_layers)
        affordable("the tables", tables, word_size=word_size, shape_size=shape_size)
        # not trained, but without them the weights mean nothing: they are saved with these
        self.register_buffer("word_of", numbers[0])
        self.register_buffer("shape_of", numbers[1])
        self.words = nn.Embedding(int(numbers[0].max()) + 1, word_size, padding_idx=0)
        self.shapes = nn.Embedding(int(numbers[1].max()) + 1, shape_size, padding_idx=0)
        kind = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[cell]
        more = {"nonlinearity": nonlinearity} if cell == "rnn" else {}
        self.recurrent: nn.RNNBase = kind(
            read, hidden_size, num_layers, batch_first=True, bidirectional=bidirectional, **more
        )
        self.head = nn.Linear(directions * hidden_size, tags)

    def forward(self, tokens: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Score the tags of each word: ``tokens`` (batch, time) to (batch, time, tag).

        Parameters
        ----------
        tokens : torch.Tensor
            Token numbers, axes (batch, time).
        lengths : torch.Tensor, optional
            Words of each sequence, axis (batch,), on the CPU; the padding behind them is not read.
        """
        check_tokens("tokens", tokens)
        # (batch, time, word + shape)
        entering = torch.cat([self.words(self.word_of[tokens]), self.shapes(self.shape_of[tokens])], -1)
        if lengths is None:
            states, _ = self.recurrent(entering)
        else:
            check_lengths("lengths", lengths, tokens)
            packed = pack_padded_sequence(entering, lengths, batch_first=True, enforce_sorted=False)
            states, _ = pad_packed_sequence(self.recurrent(packed)[0], batch_first=True, total_length=tokens.shape[1])
        scores: Tensor = self.head(states)
        return scores


def _check(cell: str, nonlinearity: str) -> None:
    one_of(CELLS)("cell", cell)
    if one_of(NONLINEARITIES)("nonlinearity", nonlinearity) != "tanh" and cell != "rnn":
        raise ValueError(f"nonlinearity must be 'tanh', or 'relu' with cell 'rnn', got 'relu' with {cell!r}.")


def _numbers(name: str, given: Sequence[int]) -> Tensor:
    if isinstance(given, str | bytes) or not iterable(given):
        raise TypeError(f"{name} must be a list of whole numbers, one a token, got {shown(given)}.")
    found = [whole(0, limits.SIZE)(name, one) for one in given]
    if not found:
        raise ValueError(f"{name} must have a number for each token, got none.")
    return torch.tensor(found, dtype=torch.int64)
