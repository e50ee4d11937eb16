"""Tasks: named data sets with batches, a loss, a metric, baselines and labels for the time axis."""

from rnnviz.tasks.adding import Adding
from rnnviz.tasks.base import Batch, Prediction, Task
from rnnviz.tasks.inputpicture import InputPicture
from rnnviz.tasks.longrange import CopyMemory, Digits
from rnnviz.tasks.pairs import Dates, Interface, Pairs, from_pairs
from rnnviz.tasks.paths import Paths
from rnnviz.tasks.python_tokens import PythonTokens
from rnnviz.tasks.registry import FETCHED, KNOWN, from_recipe, make
from rnnviz.tasks.series import CO2, Interval, Record, Rolling, Series, Weather, from_series, rolling_origins
from rnnviz.tasks.sunspots import Sunspots
from rnnviz.tasks.tags import Addresses, PythonLines, Tags, TagScores, from_tags, letters_left, tag_scores
from rnnviz.tasks.temporal_order import TemporalOrder
from rnnviz.tasks.texts.owntexts import from_texts
from rnnviz.tasks.texts.reviews import Reviews
from rnnviz.tasks.texts.surnames import Surnames
from rnnviz.tasks.texts.texts import Texts

__all__ = [
    "CO2",
    "FETCHED",
    "KNOWN",
    "Adding",
    "Addresses",
    "Batch",
    "CopyMemory",
    "Dates",
    "Digits",
    "InputPicture",
    "Interface",
    "Interval",
    "Pairs",
    "Paths",
    "Prediction",
    "PythonLines",
    "PythonTokens",
    "Record",
    "Reviews",
    "Rolling",
    "Series",
    "Sunspots",
    "Surnames",
    "TagScores",
    "Tags",
    "Task",
    "TemporalOrder",
    "Texts",
    "Weather",
    "from_pairs",
    "from_recipe",
    "from_series",
    "from_tags",
    "from_texts",
    "letters_left",
    "make",
    "rolling_origins",
    "tag_scores",
]
