"""The road of a task: gather, propose, verify, correct, review, apply."""
