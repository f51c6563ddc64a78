"""The verbs: one a file, each one page."""
