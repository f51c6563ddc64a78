"""The embedded GLPI: GLPI 10's legacy REST API over SQLite, for the demo and the tests."""
