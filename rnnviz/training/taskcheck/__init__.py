"""How a task and a model of somebody's own are checked, and whose code an error came from."""
