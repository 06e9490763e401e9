"""What is known of a project's code, and which of it a task is shown."""
