"""The language model through the official SDK, which is imported at the first call only."""
