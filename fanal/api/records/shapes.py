"""The bodies of requests and answers about records; whatever is not named here is refused."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints

from fanal.api.problems import Problem
from fanal.cases.models import CaseState

Id = Annotated[int, Field(ge=1, lt=2**63)]
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", strip_whitespace=True)]


class In(Schema):
    model_config = ConfigDict(extra="forbid")


def nothing_else(request: HttpRequest, asked: type[In]) -> None:
    """Refuse a misspelt filter, which would otherwise answer with everything. Raises Problem 422."""
    unknown = sorted(set(request.GET) - set(asked.model_fields))
    if unknown:
        fields = [{"field": name[:60], "error": "extra_forbidden", "message": _("Not known here.")} for name in unknown]
        said = _("Something in the request is missing, wrong or not expected: see “fields”.")
        raise Problem(422, "invalid", said, fields=fields[:20])


class CustomerAsked(In):
    """Exactly one of the three; a phone number in any usual form."""

    external_id: Text = Field("", max_length=100)
    email: Text = Field("", max_length=254)
    phone: Text = Field("", max_length=60)


class ContactPointOut(Schema):
    kind: str
    value: str
    state: str
    preferred: bool
    shared: bool


class CustomerOut(Schema):
    """What the role may not see is “••••”."""

    id: int
    kind: str
    name: str
    external_id: str
    language: str
    country: str
    born_on: str
    address: str
    postcode: str
    city: str
    contact_points: list[ContactPointOut]


class Customers(Schema):
    rows: list[CustomerOut]


class CasesAsked(In):
    """`after` is the `next` of the page before."""

    state: CaseState | None = None
    customer: Id | None = None
    changed_after: datetime | None = None
    after: Text = Field("", max_length=60)
    limit: int = Field(50, ge=1, le=200)


class CaseOut(Schema):
    number: int
    type: str
    category: str | None
    subject: str
    state: str
    priority: int
    origin: str
    customer: int | None
    order: str | None
    owner: int | None
    opened_at: datetime
    updated_at: datetime
    settled_at: datetime | None
    withdrawn_at: datetime | None
    due_at: datetime | None
    at_risk_at: datetime | None


class Cases(Schema):
    """Oldest change first; `next` is null on the last page."""

    rows: list[CaseOut]
    next: str | None


class NoteOut(Schema):
    id: int
    by: int
    text: str
    at: datetime


class ClockOut(Schema):
    """`state`: running, at_risk, late, still, never (no opening hours), met, missed or dropped."""

    kind: str
    target: str
    state: str
    started_at: datetime
    due_at: datetime | None
    at_risk_at: datetime | None
    left_seconds: int | None
    ended_at: datetime | None


class CaseWhole(CaseOut):
    """With the last clock of each kind."""

    notes: list[NoteOut]
    clocks: list[ClockOut]
    values: dict[str, bool | str] = Field(description="By the code of the field, as far as the role shows them.")
    merged_into: int | None = Field(description="The number of the case in which it is read on.")


class CaseIn(In):
    """`type` is the code of a case type; without `customer` it is for whoever the order is of.

    `values`: what the fields of the type are given, by their code; what the type needs to open a case must be there.
    """

    type: Text = Field(max_length=50)
    subject: Text = Field(max_length=200)
    customer: Id | None = None
    order: Text = Field("", max_length=30)
    values: dict[Annotated[str, Field(max_length=50)], bool | Text] = Field(default_factory=dict, max_length=100)


class NoteIn(In):
    text: str = Field(max_length=20_000)


class SettlementIn(In):
    note: Text = Field("", max_length=20_000)


class MessageOut(Schema):
    id: int
    author: str
    agent: int | None
    text: str
    at: datetime
    state: str


class MessagesAsked(In):
    """`after` is the id of the last message that is known already."""

    after: int = Field(0, ge=0, lt=2**63)
    limit: int = Field(200, ge=1, le=500)


class InteractionOut(Schema):
    id: int
    channel: str
    direction: str
    customer: int | None
    recognition: str
    assurance: int
    language: str
    started_at: datetime
    ended_at: datetime | None
    end_reason: str
    cases: list[int]
    messages: list[MessageOut]
    next: int | None


class OrderLineOut(Schema):
    product: str
    name: str
    quantity: int
    price: Decimal


class OrderStepOut(Schema):
    state: str
    at: datetime
    place: str
    note: str


class OrderOut(Schema):
    number: str
    customer: int
    state: str
    placed_at: datetime
    promised_on: date | None
    delivered_at: datetime | None
    total: Decimal
    currency: str
    carrier: str
    tracking_number: str
    deliver_to: str
    lines: list[OrderLineOut]
    steps: list[OrderStepOut]
