"""The console program. Worker processes import this module again: it stays thin."""

from __future__ import annotations


def main() -> None:
    """Runs the command line and ends the process with its status."""
    import sys

    from pipeline.cli import run_command_line

    sys.exit(run_command_line(sys.argv[1:]))


if __name__ == "__main__":
    main()
