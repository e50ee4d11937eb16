"""Which modules are recurrent, torch's own and registered ones, and their weights."""
