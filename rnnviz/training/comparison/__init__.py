"""A comparison: several sessions that train in lockstep on the same batches."""
