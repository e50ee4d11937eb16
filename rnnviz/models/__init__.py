"""The models of the chapters: small, readable torch modules."""

from rnnviz.models.dynamics import rescale, set_forget_bias, spectral_radius
from rnnviz.models.lstm_model import LSTMModel
from rnnviz.models.sequence import CELLS, INITIALISATIONS, NONLINEARITIES, SequenceModel, initialise
from rnnviz.models.simple_rnn import SimpleRNN
from rnnviz.models.tagger import SequenceTagger

__all__ = [
    "CELLS",
    "INITIALISATIONS",
    "NONLINEARITIES",
    "LSTMModel",
    "SequenceModel",
    "SequenceTagger",
    "SimpleRNN",
    "initialise",
    "rescale",
    "set_forget_bias",
    "spectral_radius",
]
