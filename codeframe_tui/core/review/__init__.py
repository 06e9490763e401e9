"""What a person says of a change, before and after it is sent."""
