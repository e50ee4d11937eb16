"""A perturbation: one input changed, and what becomes of the states and of the answer."""
