"""What a learner answered, kept in the notebook itself: written as metadata of outputs, read back, counted."""
