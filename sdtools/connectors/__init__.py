"""Desks over the wire: one folder a kind; raw JSON ends here."""
