"""Pictures of a changed input and of how far the change travels."""
