"""``sdtools.yaml``: desks, mail, reports and schedule, with secrets by reference only."""
