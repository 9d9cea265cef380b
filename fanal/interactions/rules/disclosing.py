"""Who learns that a supervisor listens or reads along, as the settings of an account say it."""

from collections.abc import Mapping
from typing import Any

TOLD = ("agent", "customer", "nobody")
"""The agent sees it; the customer is told as well; or nobody learns of it, where the law allows that."""


def disclosure(settings: Mapping[str, Any]) -> str:
    """What makes no sense there tells the agent, rather than nobody."""
    told = settings.get("supervision")
    return told if told in TOLD else TOLD[0]
