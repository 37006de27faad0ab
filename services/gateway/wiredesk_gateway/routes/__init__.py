"""The gateway's routes, a file a noun; each adds its own to the doors."""
