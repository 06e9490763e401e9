"""The cockpit; the only room that knows Textual."""
