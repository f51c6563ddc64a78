"""Rules: the language, the facts, the conditions, the decision; pure."""
