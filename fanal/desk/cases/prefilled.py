"""The packet of a hand-over as far as it is known already: whoever hands over reads it, and changes what is wrong."""

from django.utils.translation import gettext as _

from fanal.cases.asking import steps_of
from fanal.cases.models import Case
from fanal.interactions import matters
from fanal.interactions.models import Author, Interaction
from fanal.routing.rules.packets import LONGEST_TEXT, Packet

MOST_NOTES = 3


def packet_for(*, case: Case | None, interaction: Interaction | None = None, expected: str) -> Packet:
    """What it is about, what was done and noted, and what is expected; never empty, so that one click is enough."""
    if case is None and interaction:
        case = next(reversed(matters.open_cases_of(interaction)), None)
    about = _about(case) or _asked(interaction) or _("The customer's question")
    return Packet(summary=_cut(about), tried=_cut(_tried(case, interaction)), expected=_cut(expected))


def _about(case: Case | None) -> str:
    if case is None:
        return ""
    return f"{case.subject} ({case.category})" if case.category else case.subject


def _asked(interaction: Interaction | None) -> str:
    """What the contact is about while it has no case: its topic, else the customer's first words."""
    if interaction is None:
        return ""
    label = interaction.topics.filter(withdrawn_at=None).exclude(label="").values_list("label", flat=True).first()
    first = interaction.messages.filter(author=Author.CUSTOMER).order_by("pk").values_list("text", flat=True).first()
    return label or interaction.given.get("topic", "") or (first or "")[:200]


def _tried(case: Case | None, interaction: Interaction | None) -> str:
    """The steps that are done and the latest notes, of the case and of the contact."""
    done = [step.text for step in steps_of(case) if step.done_at] if case else []
    notes = list(case.notes.order_by("-at").values_list("text", flat=True)[:MOST_NOTES]) if case else []
    if interaction:
        notes += interaction.notes.order_by("-at").values_list("text", flat=True)[:MOST_NOTES]
    return "\n".join([*done, *reversed(notes)]) or _("Nothing is noted yet.")


def _cut(text: str) -> str:
    return text[:LONGEST_TEXT]
