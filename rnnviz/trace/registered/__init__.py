"""How a registered cell's call is understood, and its states and gradients found."""
