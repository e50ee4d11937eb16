"""The narrow column beside the score: what the task is about on top, the training curves below it."""
