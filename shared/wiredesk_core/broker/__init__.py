"""Publishers: how records reach the broker."""
