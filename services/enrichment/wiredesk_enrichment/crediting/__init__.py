"""Lines that say who made a story: which they are, and whom they name."""
