"""Pictures of the run's own numbers, step by step."""
