"""What runs in processes of its own: scripts, started by path, and the rooms of `answer`."""
