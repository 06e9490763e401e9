"""What can go wrong, in words a customer understands."""


class ParcelError(ValueError):
    """Base of everything this package refuses."""
