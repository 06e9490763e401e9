"""Screens: what is laid out where."""
