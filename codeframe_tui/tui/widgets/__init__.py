"""Widgets: they hold no domain state."""
