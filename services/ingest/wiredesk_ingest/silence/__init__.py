"""Whether a provider has fallen silent, against its own rhythm."""
