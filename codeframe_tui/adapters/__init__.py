"""What fulfils the ports; none knows another unless it stands on it."""
