"""Rules of escalation follow what happens to cases, and act when their time comes."""

from fanal.escalation.actions.acting import act_on, act_on_due, next_moment
from fanal.escalation.actions.following import follow, sweep
from fanal.escalation.actions.trying import dry_run

__all__ = ["act_on", "act_on_due", "dry_run", "follow", "next_moment", "sweep"]
