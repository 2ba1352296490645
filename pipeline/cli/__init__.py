"""The command line: thin commands over functions; heavy modules are imported by the command that needs them."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

import typer
import typer.main

from pipeline.cli.commands import app

STOPPED = 130
"""The status of a program that Ctrl-C stopped."""

# Typer keeps its own copy of click in newer releases and uses the library in older ones; this names either.
USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]


def run_command_line(arguments: Sequence[str]) -> int:
    """Runs one command and returns the process's exit status. Faults are one line on standard error."""
    if not arguments:
        run_command_line(["--help"])
        return 2
    try:
        status = typer.main.get_command(app).main(list(arguments), prog_name="litevidence", standalone_mode=False)
        sys.stdout.flush()
        if status == STOPPED:
            return _fault("stopped", status=STOPPED)
        return status if isinstance(status, int) else 0
    except USAGE_ERROR as error:
        where = getattr(getattr(error, "ctx", None), "command_path", "litevidence")
        said = error.format_message() if hasattr(error, "format_message") else str(error)
        return _fault(f"{said.rstrip('.')} ({where} --help lists what there is)")
    except (KeyboardInterrupt, typer.Abort):
        return _fault("stopped", status=STOPPED)
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # whatever it is, the user gets one line
        if "--verbose" in arguments:
            traceback.print_exc()
        return _fault(_line(error), status=getattr(error, "status", 2))


def _line(error: Exception) -> str:
    """What to mend, on one line. Our own errors say it themselves."""
    said = " ".join(str(error).split()) or type(error).__name__
    if type(error).__module__.startswith("pipeline."):
        return said
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return f"unexpected {type(error).__name__}: {said} (--verbose shows where; please report it)"


def _fault(line: str, *, status: int = 2) -> int:
    sys.stderr.write(f"litevidence: {line}\n")
    return status
