"""The loops over timesteps: gates forward, the gradient backward, on each device in its fastest form."""
