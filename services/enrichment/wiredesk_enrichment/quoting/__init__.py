"""Who said what: stretches between quote marks, indirect speech, the verbs of saying and their subjects."""
