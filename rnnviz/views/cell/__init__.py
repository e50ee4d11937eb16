"""One cell at one timestep: its equations, its drawing, its gradient."""
