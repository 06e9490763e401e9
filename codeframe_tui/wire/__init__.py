"""The service API across process borders."""
