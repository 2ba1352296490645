"""The same flow on a schedule, served until stopped.

Two runs never overlap: one that falls due during another is cancelled. What fell due while nothing was served
runs once when it is served again, for the others are cancelled in the same way.
"""

from __future__ import annotations

import multiprocessing
import warnings
from collections.abc import Mapping
from datetime import timedelta

from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.flows import EntrypointType  # type: ignore[attr-defined]
from prefect.schedules import Schedule
from pydantic import ValidationError

from pipeline.flows.run import run

DEPLOYMENT = "scheduled"
GRACE = 10.0
"""Seconds that an interrupted run has to end by itself."""


class BadSchedule(ValueError):
    """A schedule that cannot be; the text says what is wrong with it."""


def cron_schedule(expression: str, timezone: str = "UTC") -> Schedule:
    """Raises BadSchedule for what is no cron expression, or no time zone."""
    try:
        CronSchedule(cron=expression, timezone=timezone)
    except ValidationError as error:
        wrong = "--timezone" if error.errors()[0]["loc"] == ("timezone",) else "--cron"
        said = {"--cron": expression, "--timezone": timezone}[wrong]
        mend = {"--cron": 'five fields are needed, such as "0 6 * * 1"', "--timezone": "name one such as Europe/Berlin"}
        raise BadSchedule(f"{wrong} {said!r}: {mend[wrong]}") from None
    return Schedule(cron=expression, timezone=timezone)


def interval_schedule(interval: timedelta) -> Schedule:
    IntervalSchedule(interval=interval)
    return Schedule(interval=interval)


def serve(schedule: Schedule, parameters: Mapping[str, object], *, announce: bool = True) -> None:
    """Registers the deployment with the server and runs what falls due, until the process is told to stop."""
    # Prefect 3.8's runner forgets to await its own stop when it gets a SIGTERM; it stops all the same.
    warnings.filterwarnings("ignore", message="coroutine 'Runner.astop' was never awaited")
    try:
        run.serve(
            name=DEPLOYMENT,
            schedule=schedule,
            parameters=dict(parameters),
            description="The whole job: read, annotate, assemble, check, reconcile, score, export, gate.",
            global_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
            entrypoint_type=EntrypointType.MODULE_PATH,
            print_starting_message=announce,
        )
    finally:
        _end_children()


def _end_children() -> None:
    """A run that was interrupted gets time to say so while the server still listens, and no more."""
    for child in multiprocessing.active_children():
        child.join(GRACE)
        if child.is_alive():
            child.kill()
            child.join()
