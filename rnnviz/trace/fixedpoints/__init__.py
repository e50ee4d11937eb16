"""Where a recurrent layer comes to rest under a constant input, and how it moves nearby: rv.fixed_points."""
