"""Adapters: a watch inside the training loops of other libraries, each imported only when it is asked for."""
