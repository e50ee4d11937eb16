"""The models of the chapters: small, readable torch modules."""

from rnnviz.models.dynamics import rescale, set_forget_bias, spectral_radius
from rnnviz.models.sequence import CELLS, INITIALISATIONS, NONLINEARITIES, SequenceModel, initialise

__all__ = [
    "CELLS",
    "INITIALISATIONS",
    "NONLINEARITIES",
    "SequenceModel",
    "initialise",
    "rescale",
    "set_forget_bias",
    "spectral_radius",
]
