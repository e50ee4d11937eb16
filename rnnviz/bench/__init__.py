"""Bench: what tracing, watching and drawing cost, as ratios against what a user would pick instead."""

from rnnviz.bench.command import main

__all__ = ["main"]
