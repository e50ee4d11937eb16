"""A session: one model that trains on one task, step by step."""
