"""`python -m studio_core.cli`: the command line without its script."""

from studio_core.cli import main

if __name__ == "__main__":
    main()
