"""What is said to the model, and what it answers."""
