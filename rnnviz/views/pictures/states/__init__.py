"""Pictures of what the units and gates do."""
