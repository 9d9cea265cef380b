"""Every change of a customer's details: from what to what, when and by whom, masked like the fields themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fanal.agents.models import Agent
from fanal.customers.models import ContactPoint, Customer, Relationship
from fanal.desk.naming import country_name, language_name
from fanal.identity.masking import Shown, shown
from fanal.scenarios.wording import action_name

MOST = 200
FIELDS: Mapping[str, tuple[Any, str]] = {
    "kind": (gettext_lazy("Kind"), "name"),
    "name": (gettext_lazy("Name"), "name"),
    "given_name": (gettext_lazy("Given name"), "name"),
    "family_name": (gettext_lazy("Family name"), "name"),
    "language": (gettext_lazy("Language"), "name"),
    "born_on": (gettext_lazy("Date of birth"), "personal"),
    "address": (gettext_lazy("Address"), "address"),
    "postcode": (gettext_lazy("Postcode"), "address"),
    "city": (gettext_lazy("City"), "address"),
    "country": (gettext_lazy("Country"), "name"),
    "value_band": (gettext_lazy("Value"), "name"),
    "external_id": (gettext_lazy("Number in your own systems"), "name"),
    "survivor_id": (gettext_lazy("Merged into"), "name"),
}
POINT_FIELDS: Mapping[str, tuple[Any, str]] = {
    "given": (gettext_lazy("Address as given"), "contact"),
    "state": (gettext_lazy("State"), "name"),
    "preferred": (gettext_lazy("Preferred"), "name"),
    "shared": (gettext_lazy("Shared"), "name"),
    "ended_at": (gettext_lazy("Ended"), "name"),
}
RELATIONSHIP_FIELDS: Mapping[str, tuple[Any, str]] = {
    "kind": (gettext_lazy("How they are related"), "name"),
    "powers": (gettext_lazy("What may be done for the customer"), "name"),
    "verified_at": (gettext_lazy("Proven"), "name"),
    "ends_on": (gettext_lazy("Until and with"), "name"),
}


@dataclass(frozen=True, kw_only=True)
class Change:
    at: datetime
    who: str
    what: str
    before: Shown
    after: Shown


def changes_of(family: list[int], *, agent: Agent, assurance: int) -> list[Change]:
    """The latest first."""
    customers = Customer.pgh_event_model.objects.filter(pgh_obj__in=family)  # type: ignore[attr-defined]
    points = ContactPoint.pgh_event_model.objects.filter(customer__in=family)  # type: ignore[attr-defined]
    snapshots = [
        *((row, FIELDS, "", "") for row in customers.select_related("pgh_context").order_by("pgh_id")[:MOST]),
        *((row, POINT_FIELDS, row.value, "") for row in points.select_related("pgh_context").order_by("pgh_id")[:MOST]),
        *((row, RELATIONSHIP_FIELDS, "", name) for row, name in _relationships(family, agent)),
    ]
    names = _names(row.pgh_context for row, *_more in snapshots)
    before: dict[tuple[str, int], Any] = {}
    changes = []
    for row, fields, value, other in snapshots:
        key = (type(row).__name__, row.pgh_obj_id)
        changes += _between(before.get(key), row, fields, value, other, names, agent=agent, assurance=assurance)
        before[key] = row
    return sorted(changes, key=lambda change: change.at, reverse=True)[:MOST]


def _relationships(family: list[int], agent: Agent) -> list[tuple[Any, str]]:
    """What was noted between this customer and others whom the reader may see, with the other's name."""
    rows = Relationship.pgh_event_model.objects.filter(Q(person__in=family) | Q(represents__in=family))  # type: ignore[attr-defined]
    rows = list(rows.select_related("pgh_context").order_by("pgh_id")[:MOST])
    others = {row.pgh_id: row.person_id if row.represents_id in family else row.represents_id for row in rows}
    seen = dict(Customer.objects.visible_to(agent).filter(pk__in=set(others.values())).values_list("pk", "name"))
    return [(row, seen[others[row.pgh_id]]) for row in rows if others[row.pgh_id] in seen]


def _between(
    old: Any,
    new: Any,
    fields: Mapping[str, tuple[Any, str]],
    value: str,
    other: str,
    names: Mapping[int, str],
    *,
    agent: Agent,
    assurance: int,
) -> list[Change]:
    def seen(content: Any, what: str, name: str = "") -> Shown:
        text = "" if content in (None, "", False, []) else _in_words(new, name, content)
        return shown(
            text, what=what, role_field_classes=agent.role.field_classes, assurance=assurance, hint=bool(value)
        )

    prefix = f"{seen(value, 'contact')} · " if value else f"{other} · " if other else ""
    return [
        Change(
            at=new.pgh_created_at,
            who=_who(new, names),
            what=f"{prefix}{label}",
            before=seen(getattr(old, name, None), what, name),
            after=seen(getattr(new, name), what, name),
        )
        for name, (label, what) in fields.items()
        if getattr(new, name) != (getattr(old, name) if old is not None else _empty(getattr(new, name)))
    ]


def _in_words(row: Any, name: str, content: Any) -> Any:
    """Codes and times as people read them."""
    match content:
        case True:
            return _("yes")
        case list():
            return " · ".join(action_name(code) for code in content)
        case datetime():
            return date_format(localtime(content), "SHORT_DATETIME_FORMAT")
        case date():
            return date_format(content)
    match name:
        case "country":
            return country_name(content)
        case "language":
            return language_name(content)
        case "":
            return content
    return dict(row._meta.get_field(name).flatchoices).get(content, content)


def _empty(value: Any) -> Any:
    """What a field counts as before there was anything."""
    return type(value)() if isinstance(value, str | int | bool | list) else None


def _who(row: Any, names: Mapping[int, str]) -> str:
    by = row.pgh_context.metadata.get("by") if row.pgh_context else None
    return (names.get(by, "") if by else "") or _("the program")


def _names(contexts: Any) -> dict[int, str]:
    ids = {context.metadata.get("by") for context in contexts if context}
    return dict(Agent.objects.filter(pk__in=ids - {None}).values_list("pk", "name"))
