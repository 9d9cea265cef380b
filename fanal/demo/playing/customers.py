"""Who is played: real customers of the demo with something of theirs to write about, and strangers."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from fanal.customers.models import Customer
from fanal.demo import cast
from fanal.demo.dialogues import Line, dialogue
from fanal.demo.history.matters import MATTERS, Matter
from fanal.holdings.models import Holding, Order

MOST = 400


@dataclass(frozen=True, kw_only=True)
class Role:
    """One visitor to be played: what the form says, the page they are on, the address they write from, their lines."""

    language: str
    name: str
    address: str
    page: str
    given: dict[str, str]
    signed: str
    lines: tuple[Line, ...]


def roles(rng: Random, *, number: int) -> Sequence[Role]:
    """Draw `number` roles from the customers there are; reads the database once."""
    spared = [player.name for player in cast.PLAYERS]
    found = Customer.objects.filter(practice=False, survivor=None, kind="person").exclude(name__in=spared)
    people = list(found.filter(language__in=["en", "fr", "ru", "ar"]).order_by("pk")[: MOST * 5])
    rng.shuffle(people)
    drawn: list[Role] = []
    for customer in (people * (number // max(len(people), 1) + 1))[:number]:
        matter = MATTERS[rng.choices(tuple(MATTERS), [one.weight for one in MATTERS.values()])[0]]
        drawn.append(_role(customer, matter, rng))
    return drawn


def _role(customer: Customer, matter: Matter, rng: Random) -> Role:
    label = _thing(customer, matter)
    if matter.needs and not label:
        matter, label = MATTERS["advice"], ""
    way = rng.random()
    given: dict[str, str] = {}
    signed = ""
    email = customer.contact_points.filter(kind="email").values_list("value", flat=True).first()
    if way < 0.35:
        signed = customer.external_id
    elif way < 0.8:
        given["name"] = customer.name
        if email:
            given["email"] = email
    else:
        given["name"] = f"Guest {rng.randint(100, 999)}"
    if matter.gives == "order" and label:
        given["order"] = label
    words = {"name": "", "agent": "", "thing": label, "when": "", "code": rng.choice(("E18", "F4", "W2"))}
    lines = tuple(
        Line(by_customer=line.by_customer, text=line.text.format(**words))
        for line in dialogue(matter.code, customer.language)
    )
    return Role(
        language=customer.language,
        name=customer.name,
        address=email or f"guest.{rng.randint(1000, 9999)}@mail.example",
        page=matter.page,
        given=given,
        signed=signed,
        lines=lines,
    )


def _thing(customer: Customer, matter: Matter) -> str:
    match matter.needs:
        case "":
            return ""
        case "order":
            order = Order.objects.filter(customer=customer).order_by("-placed_at").first()
            return order.number if order else ""
        case kind:
            holding = Holding.objects.filter(customer=customer, kind=kind).select_related("product").first()
            return f"{holding.product} {holding.number}" if holding and holding.product else ""
