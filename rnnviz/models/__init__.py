"""The models of the chapters: small, readable torch modules."""

from rnnviz.models.sequence import CELLS, INITIALISATIONS, NONLINEARITIES, SequenceModel, initialise

__all__ = ["CELLS", "INITIALISATIONS", "NONLINEARITIES", "SequenceModel", "initialise"]
