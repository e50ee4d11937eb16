"""The lab: controls and pictures around a live run."""

from rnnviz.lab.lab import Lab

__all__ = ["Lab"]
