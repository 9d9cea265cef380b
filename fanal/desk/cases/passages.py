"""The lines of a case's history that have a text of their own: handed over and back, asked, answered, helped with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fanal.agents.models import Agent
from fanal.cases.history import Line
from fanal.cases.models import Visit, VisitState
from fanal.escalation import wording
from fanal.escalation.models import Escalation
from fanal.routing.models import Consultation, HandOver

Texts = tuple[tuple[str, str], ...]
"""What stands under a line: a label, which may be empty, and the words."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """The rows that some lines name, each kind read at once, and only if one is named."""

    hand_overs: Mapping[int, HandOver] = field(default_factory=dict)
    questions: Mapping[int, Consultation] = field(default_factory=dict)
    escalations: Mapping[int, Escalation] = field(default_factory=dict)
    visits: Mapping[int, Visit] = field(default_factory=dict)
    people: Mapping[int, Agent] = field(default_factory=dict)


def known(lines: Iterable[Line]) -> Known:
    lines = list(lines)
    handed, asked = _named(lines, "hand_over"), _named(lines, "consultation")
    helped = {pk for line in lines if line.kind in HELPING for pk in _named([line], "agent")}
    escalated, relations = _named(lines, "escalation"), ("to_tier", "to_queue")
    visited = _named(lines, "visit")
    acted = Escalation.objects.select_related("rule", "hand_over__to_queue")
    return Known(
        hand_overs=HandOver.objects.select_related(*relations).in_bulk(handed) if handed else {},
        questions=Consultation.objects.select_related("queue", "agent").in_bulk(asked) if asked else {},
        escalations=acted.in_bulk(escalated) if escalated else {},
        visits=Visit.objects.select_related("technician").in_bulk(visited) if visited else {},
        people=Agent.objects.in_bulk(helped) if helped else {},
    )


HELPING = ("helper_joined", "helper_left")


def passage(line: Line, rows: Known) -> tuple[str, Texts]:
    """What happened, as a sentence, and what was written; two empty ones for a line of another kind."""
    match line.kind:
        case "handed_over" | "handed_back" if fact := rows.hand_overs.get(line.data.get("hand_over", 0)):
            return _handed(fact), packet_texts(fact) if fact.by_id else ()  # of a rule its own line says why
        case "escalated" if acted := rows.escalations.get(line.data.get("escalation", 0)):
            done = wording.did(acted)
            return _("Escalated: %(done)s") % {"done": done}, ((_("Because"), wording.sentence(acted.rule, acted.why)),)
        case "asked" if asked := rows.questions.get(line.data.get("consultation", 0)):
            whom = asked.queue or asked.agent
            return _("Asked %(whom)s") % {"whom": whom}, (("", asked.question),)
        case "question_answered" if asked := rows.questions.get(line.data.get("consultation", 0)):
            return _("Answered the question"), ((_("Asked"), asked.question), (_("Answer"), asked.answer))
        case "question_withdrawn" if asked := rows.questions.get(line.data.get("consultation", 0)):
            return _("Took the question back"), (("", asked.question),)
        case "helper_joined" | "helper_left" if helper := rows.people.get(line.data.get("agent", 0)):
            return _helped(line, helper), ()
        case "visit" if visit := rows.visits.get(line.data.get("visit", 0)):
            return _visited(line, visit)
    return "", ()


def packet_texts(fact: HandOver) -> Texts:
    """The packet, label by label; what nobody wrote is left out."""
    there = (_("What it is about"), _("What was tried"), _("What is expected"))
    labels = (_("Why"), _("What was done"), "") if fact.back_of_id else there
    texts = (fact.summary, fact.tried, fact.expected)
    return tuple((label, text) for label, text in zip(labels, texts, strict=True) if text)


def _handed(fact: HandOver) -> str:
    names = {"line": fact.to_tier or "–", "queue": fact.to_queue}
    if fact.back_of_id:
        return _("Handed back to %(line)s, into the queue %(queue)s") % names
    return _("Handed over to %(line)s, into the queue %(queue)s") % names


def _helped(line: Line, helper: Agent) -> str:
    itself = line.by == helper.pk
    if line.kind == "helper_left":
        return _("%(name)s no longer helps") % {"name": helper.name}
    return (_("%(name)s helps") if itself else _("%(name)s was asked to help")) % {"name": helper.name}


def _visited(line: Line, visit: Visit) -> tuple[str, Texts]:
    """What became of it then; the slot is that of now."""
    name = {"name": visit.technician.name}
    match line.data.get("state"):
        case VisitState.ON_THE_WAY:
            return _("%(name)s is on the way to the customer") % name, ()
        case VisitState.DONE | VisitState.NOT_DONE:
            said = ((visit.get_outcome_display(), visit.word or "–"),)
            done = line.data["state"] == VisitState.DONE
            return (_("Visit done by %(name)s") if done else _("Visit of %(name)s came to nothing")) % name, said
        case VisitState.CANCELLED:
            return _("Visit of %(name)s cancelled") % name, (("", visit.word),)
    there = visit.begins_at.astimezone(ZoneInfo(visit.zone))
    planned = name | {"when": date_format(there, "SHORT_DATETIME_FORMAT")}
    return _("Visit planned: %(name)s, %(when)s") % planned, ()


def _named(lines: Iterable[Line], what: str) -> set[int]:
    return {int(line.data[what]) for line in lines if isinstance(line.data.get(what), int)}
