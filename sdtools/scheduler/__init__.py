"""When things run: jobs that are due, one after the other, for as long as nobody says stop."""
