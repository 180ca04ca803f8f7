"""Run `studio` as `python -m studio_core.cli`."""

from studio_core.cli import main

if __name__ == "__main__":
    main()
