"""The database: mirror, journal, memory, outbox and lease."""
