"""Each kind of notice as a sentence; whoever tells of something new (`cases.actions.notices.tell`) adds its words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, str | Promise] = {
    "mentioned": _("You were called by name in a note"),
    "noted": _("A new note"),
    "wrote": _("The customer wrote"),
    "settled": _("Settled"),
    "reopened": _("Reopened"),
    "merged": _("Became part of another case"),
    "unmerged": _("A case of its own again"),
    "given": _("The case was given to you"),
    "at_risk": _("What we promised is at risk"),
    "missed": _("What we promised is late"),
    "no_answer": _("Nobody has answered your mail"),
    "waits_no_longer": _("What the case waited for is settled"),
    "reminder": _("You wanted to be reminded"),
    "given_many": _("Several cases were given to you"),
    "asked": _("You were asked a question about it"),
    "answered": _("A question about it was answered"),
    "asked_to_help": _("You were asked to help with it"),
    "taken": _("The other line has taken it"),
    "handed_back": _("It was handed back"),
    "escalated": _("It was escalated by a rule"),
    "visit": _("A visit to the customer changed"),
    "owner_changed": _("Somebody else owns the case now"),
}


def sentence(kind: str) -> str:
    return str(SENTENCES.get(kind, _("Something happened")))
