"""Run as ``python -m sdtools``."""

from sdtools.cli.main import main

if __name__ == "__main__":
    main()
