"""Built-in agent definitions, as package data."""
