"""Somebody is not content, with or without a reason that we can see."""

from fanal.scenarios.acts.doing import Doing, Outcome


def record(doing: Doing) -> Outcome:
    """What was said becomes the first note of the case that the rule makes (see actions.performing)."""
    return {"code": "complaint_recorded"}
