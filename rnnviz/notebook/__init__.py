"""What stands in a chapter beside the labs: how long it may take, and the button that fetches a data set."""

from rnnviz.notebook.fetchbutton import DataButton, data_button
from rnnviz.notebook.runningtime import Scale, scale

__all__ = ["DataButton", "Scale", "data_button", "scale"]
