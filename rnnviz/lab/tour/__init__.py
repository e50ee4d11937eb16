"""A tour: a card that leads a learner through a lab, and links in the prose."""
