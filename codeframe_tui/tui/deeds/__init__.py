"""What each action of the table does: ask what must be asked, then send one command."""
