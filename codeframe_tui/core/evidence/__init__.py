"""What runs of tests, linters and types prove of a change, and what they leave open."""
