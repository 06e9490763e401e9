"""Widgets: they draw rows and hold no domain state."""
