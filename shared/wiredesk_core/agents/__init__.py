"""The one way in which records are taken from the broker: handled, produced durably, then acknowledged."""
