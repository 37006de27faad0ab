"""Names in a story: which stretches of text are one, what they name, and what that is in the world."""
