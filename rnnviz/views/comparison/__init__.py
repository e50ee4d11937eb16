"""Pictures of several models beside each other."""
