"""The models of the chapters: small, readable torch modules."""

from rnnviz.models.attention import ATTENTIONS, Attention
from rnnviz.models.decoder import Decoder
from rnnviz.models.dynamics import rescale, set_forget_bias, spectral_radius
from rnnviz.models.encoder import Encoder
from rnnviz.models.linear import MinGRU, MinLSTM, linear_scan
from rnnviz.models.longrange import ClockworkRNN, SelfAttention, SkipRNN
from rnnviz.models.lstm_model import LSTMModel
from rnnviz.models.search import BOS, EOS, PAD, UNK, BeamTree, Decoded, Hypothesis
from rnnviz.models.seq2seq import Seq2Seq
from rnnviz.models.sequence import CELLS, INITIALISATIONS, NONLINEARITIES, SequenceModel, initialise
from rnnviz.models.simple_rnn import SimpleRNN
from rnnviz.models.tagger import SequenceTagger
from rnnviz.models.wordtagger import WordTagger

__all__ = [
    "ATTENTIONS",
    "BOS",
    "CELLS",
    "EOS",
    "INITIALISATIONS",
    "NONLINEARITIES",
    "PAD",
    "UNK",
    "Attention",
    "BeamTree",
    "ClockworkRNN",
    "Decoded",
    "Decoder",
    "Encoder",
    "Hypothesis",
    "LSTMModel",
    "MinGRU",
    "MinLSTM",
    "SelfAttention",
    "Seq2Seq",
    "SequenceModel",
    "SequenceTagger",
    "SimpleRNN",
    "SkipRNN",
    "WordTagger",
    "initialise",
    "linear_scan",
    "rescale",
    "set_forget_bias",
    "spectral_radius",
]
