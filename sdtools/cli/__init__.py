"""The command line: parse, call, print; the only clock and the only exit codes."""
