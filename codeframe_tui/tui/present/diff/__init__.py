"""A diff as rows, and what a person makes of it: pure."""
