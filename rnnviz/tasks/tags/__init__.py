"""Tags: tasks that give every word or character of a sequence a tag, a learner's own among them."""

from rnnviz.tasks.tags.addresses import Addresses
from rnnviz.tasks.tags.owntags import OwnTags, from_tags
from rnnviz.tasks.tags.pythonlines import PythonLines, letters_left
from rnnviz.tasks.tags.tags import Tags
from rnnviz.tasks.tags.tagscores import TagScores, tag_scores

__all__ = ["Addresses", "OwnTags", "PythonLines", "TagScores", "Tags", "from_tags", "letters_left", "tag_scores"]
