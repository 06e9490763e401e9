"""The diff under review, one concern to a file."""
