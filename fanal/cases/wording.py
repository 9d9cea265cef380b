"""The codes of the case rules in the reader's language."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from fanal.cases.rules import NotPossible

SENTENCES: dict[str, str | Promise] = {
    "withdrawn": _("This case was taken back. It can no longer be changed; open a new one."),
    "settled": _("The case is settled. Reopen it first."),
    "not_made_by_itself": _("Only a case that made itself can be taken back. Settle this one instead."),
    "worked_on": _("Somebody has written a note on this case, so it stays. Settle it instead."),
    "in_other_interactions": _("Other contacts are about this case too, so it stays."),
    "subject_missing": _("Give the case a subject: what does the customer want settled?"),
    "subject_too_long": _("The subject is too long. Use at most 200 characters; the rest belongs in a note."),
    "reason_missing": _("Say why the case comes up again."),
    "reason_too_long": _("The reason is too long. Use at most 500 characters; the rest belongs in a note."),
    "note_missing": _("The note is empty. Write something, then save it."),
    "note_too_long": _("The note is too long. Split it in two."),
    "priority_unknown": _("Choose one of the priorities."),
    "owner_left": _("This person no longer works here. Choose somebody else."),
    "owner_practises": _("Practice cases go to people who practise, and real ones to the others."),
    "customer_practises": _("Practice and real contacts cannot be mixed in one case."),
}


def sentence(problem: NotPossible) -> str:
    """What stands against it and what to do."""
    return str(SENTENCES.get(problem.code, _("This cannot be done with the case now.")))
