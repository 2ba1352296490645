"""Tells a team that a run was withheld or broke, through a block of Prefect's that the team has made.

`LITEVIDENCE_NOTIFY` names it as `TYPE/NAME` (`slack-webhook/evidence`, `email-server...`, `webhook/ours`): any block
that can `notify`, or a webhook that can be called. Nothing is sent where it is not set.
"""

from __future__ import annotations

import logging
import os
from typing import Any

from prefect import Flow
from prefect.blocks.core import Block
from prefect.client.schemas.objects import FlowRun, State

BLOCK = "LITEVIDENCE_NOTIFY"


def notify(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """A hook of the flow. A message that cannot be sent is logged and changes nothing."""
    named = os.environ.get(BLOCK)
    if not named:
        return
    subject, body = f"{flow.name}: {state.name}", f"{flow_run.name}: {state.message or state.name}"
    try:
        block: Any = Block.load(named)
        if hasattr(block, "notify"):
            block.notify(body, subject=subject)
        else:
            block.call(payload={"subject": subject, "text": body})
    except Exception as error:  # a third party's block; whatever it raises, the run's own end stands
        logging.getLogger(__name__).warning("%s=%s: the message could not be sent: %s", BLOCK, named, error)
