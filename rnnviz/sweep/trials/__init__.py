"""One trial and what it tries: the space, who proposes, when it is given up, and its training itself."""
