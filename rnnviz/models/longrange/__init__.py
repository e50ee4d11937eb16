"""Models for long memories: a skip through time, units on slow clocks, and attention, which needs no memory."""

from rnnviz.models.longrange.clockwork import ClockworkLayer, ClockworkRNN
from rnnviz.models.longrange.selfattention import SelfAttention
from rnnviz.models.longrange.skip import SkipLayer, SkipRNN

__all__ = ["ClockworkLayer", "ClockworkRNN", "SelfAttention", "SkipLayer", "SkipRNN"]
