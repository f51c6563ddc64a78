"""The embedded ServiceNow: its REST APIs over SQLite, for the demo and the tests."""
