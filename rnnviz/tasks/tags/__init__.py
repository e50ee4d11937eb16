"""Tags: tasks that give every word or character of a sequence a tag, a learner's own among them."""

from rnnviz.tasks.tags.addresses import Addresses
from rnnviz.tasks.tags.lines import PythonLines
from rnnviz.tasks.tags.own import from_tags
from rnnviz.tasks.tags.scores import TagScores, scores
from rnnviz.tasks.tags.tags import Tags

__all__ = ["Addresses", "PythonLines", "TagScores", "Tags", "from_tags", "scores"]
