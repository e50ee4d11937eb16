"""What a learner sees: the panel, the grid of pictures, and what keeps them current and accessible."""
