"""Recurrent layers that are linear in their state, so that all steps are found at once: minGRU, minLSTM, the scan."""

from rnnviz.models.linear.mingru import MinGRU
from rnnviz.models.linear.minlstm import MinLSTM
from rnnviz.models.linear.scan import combined, linear_scan

__all__ = ["MinGRU", "MinLSTM", "combined", "linear_scan"]
