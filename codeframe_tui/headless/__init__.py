"""Run until idle, in text or JSON lines."""
