"""A change as values: its difference, its outline, and parts of it."""
