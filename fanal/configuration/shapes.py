"""What belongs to the configuration, and how each row of it is written down: by stable codes, without ids."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from typing import Any

from django.db.models import ForeignKey, Model

from fanal.agents.models import Agent, BreakReason, Role, Skill, Team, Tier
from fanal.cases.models import CaseField, CaseType, Category, TypeStep
from fanal.channels.models import ChannelAccount
from fanal.clocks.models import Target
from fanal.configuration.models import Company
from fanal.deciding.models import AdviceRule
from fanal.escalation.models import EscalationRule
from fanal.holdings.models import HoldingSource
from fanal.hours.models import Calendar
from fanal.interactions.models import CannedReply, Disposition, SpeechService
from fanal.routing.models import Queue
from fanal.scenarios.models import CaseRule, Flow, Scenario
from fanal.scenarios.rules.flows import as_read


@dataclass(frozen=True, kw_only=True)
class Shape:
    """One kind: its fields (foreign keys are written as the other's code), the rows that belong to it, its secrets.

    `children`: accessor to (field that points back, fields). `secrets`: field to the keys of it that stay out.
    `arranged`: field to what puts it into the order in which people read it, since the database keeps none.
    """

    code: str
    model: type[Model]
    fields: tuple[str, ...]
    key: str = "code"
    children: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    many: tuple[str, ...] = ()
    secrets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    arranged: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)


# In the order in which they can be made: each names only those before it, and itself.
SHAPES: tuple[Shape, ...] = (
    Shape(code="company", model=Company, key="name", fields=("languages", "zone")),
    Shape(
        code="calendars",
        model=Calendar,
        fields=("name", "zone"),
        children={
            "periods": ("calendar", ("weekday", "opens_at", "closes_at")),
            "special_days": ("calendar", ("on", "name", "opens_at", "closes_at")),
        },
    ),
    Shape(code="roles", model=Role, fields=("name", "permissions", "field_classes")),
    Shape(code="teams", model=Team, fields=("name",)),
    Shape(code="tiers", model=Tier, fields=("name", "rank", "visits")),
    Shape(code="skills", model=Skill, fields=("name",)),
    Shape(code="breaks", model=BreakReason, fields=("name", "counts_as_productive")),
    Shape(
        code="agents",
        model=Agent,
        key="email",
        fields=("name", "role", "team", "tier", "language", "is_active", "practising", "capacity"),
        children={"skills": ("agent", ("skill", "level"))},
    ),
    Shape(
        code="case_types",
        model=CaseType,
        fields=("name", "default_priority", "tier", "burst_number", "burst_minutes", "active"),
    ),
    Shape(
        code="case_fields",
        model=CaseField,
        fields=("name", "case_type", "kind", "choices", "required", "field_class", "position", "active"),
    ),
    Shape(code="case_steps", model=TypeStep, fields=("name", "case_type", "required", "position", "active")),
    Shape(code="categories", model=Category, fields=("name", "parent", "active")),
    Shape(
        code="targets",
        model=Target,
        fields=(
            *("name", "case_type", "priority", "value_band", "first_response_minutes", "next_response_minutes"),
            *("resolution_minutes", "calendar", "at_risk_percent", "active"),
        ),
    ),
    Shape(code="dispositions", model=Disposition, fields=("name", "settles", "genuine", "active")),
    Shape(code="canned_replies", model=CannedReply, fields=("title", "category", "texts", "active")),
    Shape(
        code="accounts",
        model=ChannelAccount,
        fields=("kind", "name", "address", "settings", "active"),
        secrets={"settings": ("identity_secret", "imap_password", "smtp_password")},
    ),
    Shape(
        code="sources",
        model=HoldingSource,
        fields=(
            *("name", "kinds", "address", "headers", "credential", "paths", "words", "within_ms", "retries"),
            *("fresh_seconds", "at_once", "active"),
        ),
        children={
            "actions": (
                "source",
                ("action", "method", "address", "body", "done", "done_is", "refusal", "number", "key_header"),
            ),
        },
        secrets={"credential": ("sealed",)},
    ),
    Shape(
        code="speech_services",
        model=SpeechService,
        fields=("name", "address", "credential", "language", "active"),
        secrets={"credential": ("sealed",)},
    ),
    Shape(
        code="queues",
        model=Queue,
        fields=(
            *("name", "tier", "calendar", "priority", "ageing_seconds", "answer_within_seconds", "ring_seconds"),
            *("wrap_up_seconds", "widen_after_seconds", "overflow_to", "overflow_after_seconds"),
            *("at_closing", "return_after_seconds", "calls_back_cut"),
            *("announce_after_seconds", "announce_every_seconds", "comfort", "callback_key"),
            *("call_waits_at_most_seconds", "recording", "transcribed"),
            *("longest_wait_seconds", "practice", "active"),
        ),
        children={"skills": ("queue", ("skill", "level"))},
        many=("managers",),
    ),
    Shape(
        code="advice_rules",
        model=AdviceRule,
        fields=(
            *("name", "position", "conditions", "what", "priority", "queue", "limit", "currency", "offer"),
            *("sentences", "active"),
        ),
    ),
    Shape(
        code="escalation_rules",
        model=EscalationRule,
        fields=(
            *("name", "position", "when", "clock", "percent", "age_minutes", "priority_at_least", "value_at_least"),
            *("case_type", "tier", "raise_to", "hand_over_to", "tell_supervision", "active"),
        ),
    ),
    Shape(
        code="scenarios",
        model=Scenario,
        fields=(
            *("name", "position", "conditions", "queue", "priority", "skills", "opens", "form", "category"),
            *("prefer_last_agent", "active"),
        ),
    ),
    Shape(code="flows", model=Flow, fields=("name", "content", "active"), arranged={"content": as_read}),
    Shape(
        code="case_rules",
        model=CaseRule,
        fields=("action", "scenario", "case_type", "category", "subject", "settles", "disposition", "active"),
    ),
)
BY_CODE = {shape.code: shape for shape in SHAPES}
BY_MODEL = {shape.model: shape for shape in SHAPES}


def describe(row: Model, *, secrets: bool = False) -> dict[str, Any]:
    """The row as it stands in the file and in the history, with its key first."""
    shape = BY_MODEL[type(row)]
    found = {shape.key: getattr(row, shape.key)}
    found |= {name: _written(row, name) for name in shape.fields}
    found |= {name: arrange(found[name]) for name, arrange in shape.arranged.items()}
    if not secrets:
        for name, keys in shape.secrets.items():
            found[name] = {key: value for key, value in found[name].items() if key not in keys}
    for accessor, (_, names) in shape.children.items():
        parts = [{name: _written(part, name) for name in names} for part in getattr(row, accessor).all()]
        found[accessor] = sorted(parts, key=lambda part: [str(value) for value in part.values()])
    for name in shape.many:
        found[name] = sorted(key_of(other) for other in getattr(row, name).all())
    return found


def key_of(row: Model) -> str:
    """The stable code of a row, unique within its kind."""
    return str(getattr(row, BY_MODEL[type(row)].key))


def _written(row: Model, name: str) -> Any:
    if isinstance(row._meta.get_field(name), ForeignKey):
        other = getattr(row, name)
        return key_of(other) if other else None
    value = getattr(row, name)
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value.isoformat() if isinstance(value, date) else value
