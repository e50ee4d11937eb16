"""Small models in double precision that read tokens in one way each, and tokens to read."""

import torch
from torch import Tensor, nn

from rnnviz.models import SequenceModel

TOKENS = torch.tensor([[3, 5, 2, 7, 4], [6, 2, 8, 1, 0], [9, 4, 0, 0, 0]])
LENGTHS = torch.tensor([5, 4, 2])


def sequence_model(**asked: object) -> SequenceModel:
    """Return a model of ours over the tokens, with weights that are always the same."""
    torch.manual_seed(3)
    settings = {"cell": "lstm", "input_size": 4, "hidden_size": 6, "output_size": 3, "vocabulary": 10, **asked}
    return SequenceModel(**settings).double()


class Words(nn.Module):
    """Embed, read, answer from the mean of the states; how it embeds is a subclass's."""

    def __init__(self, **embedding: object) -> None:
        super().__init__()
        torch.manual_seed(5)
        self.embedding = nn.Embedding(10, 4, **embedding)
        self.gru = nn.GRU(4, 6, batch_first=True)
        self.drop = nn.Dropout(0.5)
        self.norm = nn.BatchNorm1d(6)
        self.fc = nn.Linear(6, 3)
        self.double()

    def vectors(self, tokens: Tensor) -> Tensor:
        return self.embedding(tokens)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.answer(self.vectors(tokens))

    def answer(self, vectors: Tensor) -> Tensor:
        return self.fc(self.norm(self.drop(self.gru(vectors)[0].mean(1))))


class StepByStep(Words):
    """Embeds one step after the other, as a loop by hand does."""

    def vectors(self, tokens: Tensor) -> Tensor:
        return torch.stack([self.embedding(tokens[:, step]) for step in range(tokens.shape[1])], 1)


class StepsOfOne(Words):
    """Embeds one step after the other, and keeps its axis."""

    def vectors(self, tokens: Tensor) -> Tensor:
        return torch.cat([self.embedding(tokens[:, step, None]) for step in range(tokens.shape[1])], 1)


class TimeFirst(Words):
    """Embeds with time as the first axis, as torch's layers do by themselves."""

    def vectors(self, tokens: Tensor) -> Tensor:
        return self.embedding(input=tokens.T).transpose(0, 1)


class Twice(Words):
    """Reads the tokens by two embeddings and adds what they give; a third is about places, and reads no token."""

    def __init__(self) -> None:
        super().__init__()
        self.other, self.places = nn.Embedding(10, 4).double(), nn.Embedding(5, 4).double()

    def vectors(self, tokens: Tensor) -> Tensor:
        places = self.places(torch.arange(tokens.shape[1]))
        return self.embedding(tokens) + self.other(tokens) + places


class ByTables(Words):
    """Looks up what its two embeddings read: a word's number and its shape; places tell of the tokens' shape alone."""

    def __init__(self) -> None:
        super().__init__()
        self.shapes, self.places = nn.Embedding(4, 4).double(), nn.Embedding(5, 4).double()
        self.register_buffer("word_of", torch.tensor([0, 1, 2, 1, 3, 4, 1, 5, 6, 1]))
        self.register_buffer("shape_of", torch.tensor([0, 1, 2, 2, 3, 3, 1, 1, 2, 3]))

    def vectors(self, tokens: Tensor) -> Tensor:
        places = torch.arange(tokens.shape[1]).expand_as(tokens)
        return self.embedding(self.word_of[tokens]) + self.shapes(self.shape_of[tokens]) + self.places(places)


class ByLetters(Words):
    """Spells each token with three letters, and reads the mean of their vectors."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("spelling", torch.arange(30).reshape(10, 3) * 7 % 10)

    def vectors(self, tokens: Tensor) -> Tensor:
        return self.embedding(self.spelling[tokens]).mean(2)


READERS = (Words, StepByStep, StepsOfOne, TimeFirst, ByLetters)
