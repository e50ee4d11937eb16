"""What the data of several tasks have in common in a script: imports, and the losses."""

__all__ = ["CROSS_ENTROPY", "CROSS_ENTROPY_EACH_STEP", "SQUARED", "TORCH"]

TORCH = """
import torch
from torch import nn
"""

SQUARED = """
def loss_of(outputs, targets):
    return (outputs - targets).square().mean()
"""

CROSS_ENTROPY = """
def loss_of(outputs, targets):
    return nn.functional.cross_entropy(outputs, targets)
"""

CROSS_ENTROPY_EACH_STEP = """
def loss_of(outputs, targets):
    return nn.functional.cross_entropy(outputs.flatten(0, 1), targets.flatten())
"""
