"""What the cockpit shows, computed without Textual."""
