"""Embedded desks: they speak HTTP on loopback, on SQLite, with a seeded world."""
