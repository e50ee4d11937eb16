"""SequenceTagger: embedding, bidirectional LSTM, and a linear layer that gives a tag to every timestep."""

from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from rnnviz.checks import optional, shown, whole
from rnnviz.limits import affordable, sizes
from rnnviz.models.inputs import check_tokens

__all__ = ["SequenceTagger"]


class SequenceTagger(nn.Module):
    """Give every token of a sequence scores for its tag, with what comes before it and what comes after.

    Parameters
    ----------
    vocabulary : int
        How many tokens there are.
    embedding_size, hidden_size, tags : int
        Numbers that a token is embedded in, units a direction, tags to choose from.
    padding : int, optional
        The token that fills up short sequences; its embedding stays 0.

    Raises
    ------
    TypeError, ValueError
        If a size is no whole number from 1 on, or the weights would take more memory than there is for one model.

    Examples
    --------
    >>> tagger = SequenceTagger(vocabulary=50, embedding_size=8, hidden_size=16, tags=5)
    >>> import torch
    >>> tagger(torch.zeros(4, 10, dtype=torch.long)).shape
    torch.Size([4, 10, 5])
    """

    def __init__(
        self, vocabulary: int, embedding_size: int, hidden_size: int, tags: int, padding: int | None = None
    ) -> None:
        super().__init__()
        vocabulary, embedding_size, hidden_size, tags = sizes(
            vocabulary=vocabulary, embedding_size=embedding_size, hidden_size=hidden_size, tags=tags
        )
        padding = optional(whole(0, vocabulary - 1))("padding", padding)
        affordable("the embedding", vocabulary * embedding_size, vocabulary=vocabulary, embedding_size=embedding_size)
        weights = 8 * hidden_size * (hidden_size + embedding_size) + 2 * hidden_size * tags
        affordable("the model", weights, hidden_size=hidden_size, embedding_size=embedding_size, tags=tags)
        self.embedding = nn.Embedding(vocabulary, embedding_size, padding_idx=padding)
        self.lstm = nn.LSTM(embedding_size, hidden_size, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden_size, tags)  # forward and backward state, side by side

    def forward(self, tokens: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Score the tags of each token: ``tokens`` (batch, time) to (batch, time, tag).

        Parameters
        ----------
        tokens : torch.Tensor
            Token numbers, axes (batch, time).
        lengths : torch.Tensor, optional
            Valid steps of each sequence, axis (batch,); the padding behind them is not read, and its states count as 0.

        Raises
        ------
        TypeError, ValueError
            If the tokens are no whole numbers with these axes, or there is not one length a sequence.
        """
        check_tokens("tokens", tokens)
        if lengths is not None and (not isinstance(lengths, Tensor) or lengths.shape != tokens.shape[:1]):
            raise TypeError(f"lengths must be a torch.Tensor, one number a sequence, got {shown(lengths)}.")
        embedded = self.embedding(tokens)  # (batch, time, embedding)
        if lengths is None:
            states, _ = self.lstm(embedded)  # (batch, time, 2 · unit)
        else:
            # torch wants the lengths on the CPU, wherever the batch lies
            packed = pack_padded_sequence(embedded, lengths.cpu(), batch_first=True, enforce_sorted=False)
            states, _ = self.lstm(packed)
            states, _ = pad_packed_sequence(states, batch_first=True, total_length=tokens.size(1))
        scores: Tensor = self.fc(states)
        return scores
