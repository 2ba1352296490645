"""Programs of their own beside the tests: the environment that they start in, and whether a server answers."""

from __future__ import annotations

import os
import urllib.request


def clean_environment() -> dict[str, str]:
    """The environment without what the tests have set for Prefect."""
    return {name: value for name, value in os.environ.items() if "PREFECT" not in name}


def answers(url: str) -> bool:
    """Whether a server of this machine answers there."""
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own address
            return True
    except OSError:
        return False
