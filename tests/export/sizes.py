"""Sizes of the runs that are written out and run again."""

STEPS, PLANNED = 24, 40
SMALL = {"hidden_size": 6, "batch_size": 5, "seq_len": 14}
