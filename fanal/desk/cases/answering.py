"""One answer to all: who would get it and how, and afterwards who has got it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fanal.agents.models import Agent, FieldClass
from fanal.cases.models import Case, CaseState
from fanal.channels.models import ChannelKind
from fanal.desk.cases.alike import like_case
from fanal.desk.cases.finding import below
from fanal.interactions import actions as interactions
from fanal.interactions.models import AnswerCopy, CopyState, SharedAnswer
from fanal.interactions.rules import filled, missing
from fanal.interactions.wording import MEANS, why_left_out


@dataclass(frozen=True, kw_only=True)
class Reader:
    """One case and whoever is behind it; without an address it is left out, and `why` says so."""

    case: Case
    name: str
    channel: str
    address: str
    how: str
    why: str
    chosen: bool
    together: bool
    text: str = ""
    below: str = ""
    missing: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of the answer for one case."""

    case: Case
    name: str
    state: str
    state_name: str
    how: str


def candidates(case: Case, *, agent: Agent) -> list[Case]:
    """The case itself, what is below it, or what is like it; open ones first."""
    found = below(case, agent)
    keys = [one.pk for one in found] or [one.pk for one in like_case(case, agent=agent)]
    rows = Case.objects.visible_to(agent).filter(pk__in=[case.pk, *keys], withdrawn_at=None)
    return sorted(rows.select_related("customer"), key=lambda one: (one.state == CaseState.SETTLED, one.number))


def readers(cases: Iterable[Case], *, agent: Agent, chosen: set[int] | None = None, text: str = "") -> list[Reader]:
    """Each with the way to them and the verdict of the gate. Unless chosen otherwise, the open ones are."""
    found, seen = [], set[str]()
    for case in cases:
        way = interactions.way_to(case)
        route, known = way.route, case.customer.name if case.customer else ""
        wanted = case.state != CaseState.SETTLED if chosen is None else case.pk in chosen
        picked = bool(route) and wanted
        values = interactions.words_for(way=way)
        found.append(
            Reader(
                case=case,
                name=known,
                channel=str(ChannelKind(route.channel).label) if route else "",
                address=_shown(route.address, route.channel, agent) if route else "",
                how=str(MEANS[route.means]) if route else "",
                why="" if route else why_left_out(way.why),
                chosen=picked,
                together=picked and way.whose in seen,
                text=filled(text, values) if picked else "",
                below=interactions.stands_below(way) if picked and text else "",
                missing=missing(text, values) if picked else (),
            )
        )
        if picked:
            seen.add(way.whose)
    return found


def unknown(text: str) -> tuple[str, ...]:
    """What stands in double braces and is no variable of such an answer: nobody is to be sent that."""
    known = interactions.words_for(way=interactions.Way(case=Case(number=0), route=None))
    return tuple(name for name in missing(text, {}) if name not in known)


def outcomes(answer: SharedAnswer, *, agent: Agent) -> list[Outcome]:
    """Those whose cases this agent may see; the others are counted only."""
    copies = AnswerCopy.objects.filter(answer=answer, case__in=Case.objects.visible_to(agent))
    rows = copies.select_related("case__customer", "message").order_by("case__number")
    return [
        Outcome(
            case=one.case,
            name=one.case.customer.name if one.case.customer else "",
            state=one.message.state if one.message else one.state,
            state_name=str(one.message.get_state_display() if one.message else one.get_state_display()),
            how=why_left_out(one.why) if one.state == CopyState.LEFT_OUT else "",
        )
        for one in rows
    ]


def _shown(address: str, channel: str, agent: Agent) -> str:
    """A visitor's handle says nothing to people; an address only to those whose role may see it."""
    return address if channel == ChannelKind.EMAIL and agent.sees(FieldClass.CONTACT) else ""
