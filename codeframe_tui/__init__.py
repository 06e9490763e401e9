"""Supervise an autonomous backend worker from one terminal."""

__version__ = "0.1.0"
