"""The code index: finds the files that matter for a text, and what matches a pattern.

Nothing is imported here: the processes in `inside` import from this package and start fast.
"""
