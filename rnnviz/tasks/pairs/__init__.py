"""Pairs: a source and its translation, for an encoder and a decoder to learn from."""

from rnnviz.tasks.pairs.interface import Interface
from rnnviz.tasks.pairs.ownpairs import from_pairs
from rnnviz.tasks.pairs.pairs import PairBatch, Pairs, exact_match, token_accuracy
from rnnviz.tasks.pairs.scores import Translations, bleu, by_length, translations
from rnnviz.tasks.pairs.writtendates import Dates

__all__ = [
    "Dates",
    "Interface",
    "PairBatch",
    "Pairs",
    "Translations",
    "bleu",
    "by_length",
    "exact_match",
    "from_pairs",
    "token_accuracy",
    "translations",
]
