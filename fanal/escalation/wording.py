"""Why a rule acted, and what it did, in the reader's language."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fanal.agents.models import Tier
from fanal.cases.models import CaseType, Priority
from fanal.clocks.models import ClockKind, ValueBand
from fanal.escalation.models import Escalation, EscalationRule
from fanal.routing.models import Queue


def sentence(rule: EscalationRule, why: Iterable[Mapping[str, Any]]) -> str:
    """The rule's name and what held."""
    held = "; ".join(filter(None, (_reason(one) for one in why)))
    return f"{rule.name}: {held}." if held else f"{rule.name}."


def did(fact: Escalation) -> str:
    """What it did, joined."""
    return would(raised_to=fact.raised_to, queue=fact.hand_over.to_queue if fact.hand_over else None, tells=fact.told)


def would(*, raised_to: int | None, queue: Queue | None, tells: bool) -> str:
    parts = [
        _("priority raised to %(priority)s") % {"priority": Priority(raised_to).label} if raised_to else "",
        _("handed over to the queue %(queue)s") % {"queue": queue} if queue else "",
        _("supervision told") if tells else "",
    ]
    return ", ".join(part for part in parts if part) or _("nothing left to do")


def _reason(one: Mapping[str, Any]) -> str:
    match one["code"]:
        case "share":
            said = {"clock": ClockKind(one["clock"]).label, "percent": one["percent"]}
            return _("%(clock)s: %(percent)s %% of the time has passed") % said
        case "at_risk":
            return _("%(clock)s: at risk") % {"clock": ClockKind(one["clock"]).label}
        case "missed":
            return _("%(clock)s: missed") % {"clock": ClockKind(one["clock"]).label}
        case "age":
            return _("opened more than %(time)s ago") % {"time": minutes(one["minutes"])}
        case "priority":
            return _("priority: %(priority)s") % {"priority": Priority(one["value"]).label}
        case "value_band":
            return _("value of the customer: %(value)s") % {"value": ValueBand(one["value"]).label}
        case "type":
            return _("type: %(type)s") % {"type": CaseType.objects.filter(pk=one["value"]).first() or "–"}
        case "tier":
            return _("line: %(line)s") % {"line": Tier.objects.filter(pk=one["value"]).first() or "–"}
    return str(one["code"])


def minutes(number: int) -> str:
    """45 is 45 min, 90 is 1:30 h, and whole days are days."""
    if number < 60:
        return _("%(count)d min") % {"count": number}
    if number % (24 * 60) == 0:
        return ngettext("%(count)d day", "%(count)d days", number // (24 * 60)) % {"count": number // (24 * 60)}
    return _("%(hours)d:%(minutes)02d h") % {"hours": number // 60, "minutes": number % 60}
