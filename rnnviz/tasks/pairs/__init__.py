"""Pairs: a source and its translation, for an encoder and a decoder to learn from."""
