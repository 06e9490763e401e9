"""Prices, zones, tracking numbers and invoices of a small parcel carrier."""
