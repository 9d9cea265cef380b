"""Advice is shown and decided on, goodwill is granted within its limit, and rules are tried out before they count."""

from fanal.deciding.actions.deciding import decided, grant
from fanal.deciding.actions.showing import Shown, advise, advise_about
from fanal.deciding.actions.trying import Trial, dry_run

__all__ = ["Shown", "Trial", "advise", "advise_about", "decided", "dry_run", "grant"]
