"""Feeds that have to be asked: RSS and Atom, documents that change in place, answers with a token to go on from."""
