"""Practice: simulated customers with a goal, for agents who practise; nothing of it is in any figure."""

import secrets
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from fanal.agents.models import Agent
from fanal.channels.models import ChannelAccount
from fanal.customers.models import ContactPoint, Customer
from fanal.demo import cast
from fanal.demo.practice_scripts import SCRIPTS, Script, reaction
from fanal.holdings.models import Fault, Holding, Order, OrderState, OrderStep, Product
from fanal.identity.models import Assurance
from fanal.interactions import actions as interactions
from fanal.interactions.models import Author, EndReason, Interaction, Message
from fanal.routing import actions as routing
from fanal.scenarios import actions as scenarios
from fanal.scenarios.models import ActionRecord

GIVES_UP = timedelta(minutes=5)
ASKS_AGAIN = timedelta(seconds=90)


class NotPractising(Exception):
    """Only agents who practise get simulated customers: theirs would otherwise mix with real work."""


@transaction.atomic
def start_practice(*, agent: Agent, scenario: str, now: datetime) -> Interaction:
    """A simulated customer writes, and rings at `agent` first. Raises NotPractising or KeyError."""
    if not agent.practising:
        raise NotPractising
    script = SCRIPTS[scenario]
    customer, given = _customer(script, now)
    interaction = interactions.start(
        account=ChannelAccount.objects.get(code=cast.PRACTICE),
        source=f"practice-{scenario}-{secrets.token_hex(8)}",
        given=given,
        entry_page=script.page,
        language="en",
        practice=True,
        now=now,
    )
    interactions.identify(
        interaction=interaction, customer=customer, assurance=Assurance.CLAIMED, why="sole_match", by=None, now=now
    )
    met = scenarios.match(interaction=interaction, now=now)
    interactions.add_message(
        interaction=interaction, author=Author.CUSTOMER, text=script.opening, external_id="practice:0", now=now
    )
    routing.enqueue(interaction=interaction, queue=met.queue, preferred_agent=agent, preferred_why="named", now=now)
    interaction.refresh_from_db()
    return interaction


@transaction.atomic
def react(*, interaction_id: int, now: datetime) -> bool:
    """Let the simulated customer do what they would do now; False when the contact is over."""
    interaction = Interaction.objects.select_for_update(of=("self",)).get(pk=interaction_id, practice=True)
    if interaction.ended_at:
        return False
    script = SCRIPTS[interaction.source.split("-")[1]]
    messages = list(Message.objects.filter(interaction=interaction).order_by("id"))
    said = [message for message in messages if message.author == Author.CUSTOMER]
    last = messages[-1]
    done = ActionRecord.objects.filter(interaction=interaction, action=script.goal, withdrawn_at=None).exists()
    if last.author != Author.AGENT:
        return _wait(interaction, last, said, now)
    customer = interaction.customer
    facts = {
        "birth": customer.born_on.isoformat() if customer and customer.born_on else "",
        "postcode": customer.postcode if customer else "",
        "name": customer.name if customer else "",
    }
    answer = reaction(script, heard=last.text, said=[message.text for message in said], facts=facts, done=done)
    _say(interaction, answer.text, len(said), now)
    if answer.leaves:
        routing.finish_talk(interaction=interaction, by=None, reason=EndReason.CUSTOMER, now=now)
        return False
    return True


def _wait(interaction: Interaction, last: Message, said: list[Message], now: datetime) -> bool:
    if now - last.at > GIVES_UP:
        routing.finish_talk(interaction=interaction, by=None, reason=EndReason.CUSTOMER, now=now)
        return False
    talking = interaction.segments.filter(ended_at=None, agent__isnull=False).exists()
    if talking and now - last.at > ASKS_AGAIN and last.text != AGAIN:
        _say(interaction, AGAIN, len(said), now)
    return True


AGAIN = "Are you still there?"


def _say(interaction: Interaction, text: str, number: int, now: datetime) -> None:
    interactions.add_message(
        interaction=interaction, author=Author.CUSTOMER, text=text, external_id=f"practice:{number}", now=now
    )


def _customer(script: Script, now: datetime) -> tuple[Customer, dict[str, str]]:
    """A practice customer with something of everything, made anew for each contact."""
    customer = Customer.objects.create(
        name=script.name, language="en", born_on=date(1979, 4, 2), address="4 Training Quay", postcode="LS1 4AP",
        city="Leeds", country="GB", practice=True,
    )  # fmt: skip
    ContactPoint.objects.create(customer=customer, kind="email", value=f"practice{customer.pk}@mail.example")
    products = {product.code: product for product in Product.objects.all()}
    account = Holding.objects.create(
        customer=customer, kind="account", product=products.get("account-current"), number=f"PA-{customer.pk}",
        balance=Decimal("412.50"), currency="GBP", balance_at=now,
    )  # fmt: skip
    Holding.objects.create(
        customer=customer, kind="card", product=products.get("card-debit"), parent=account,
        number=f"{customer.pk % 10000:04d}",
    )  # fmt: skip
    device = Holding.objects.create(
        customer=customer, kind="device", product=products.get("washer-tide-7"), number=f"PWAS{customer.pk}"
    )
    Fault.objects.create(device=device, code="E18", description="Water does not drain", reported_at=now - timedelta(40))
    order = Order.objects.create(
        customer=customer, number=f"PR-{customer.pk}", state=OrderState.SHIPPED, placed_at=now - timedelta(days=9),
        promised_on=now.date() - timedelta(days=2), carrier="Tern Freight", deliver_to=customer.address,
        total=Decimal("489.00"), currency="GBP",
    )  # fmt: skip
    OrderStep.objects.create(order=order, state=OrderState.SHIPPED, at=now - timedelta(days=5), place="Leeds")
    return customer, {"order": order.number} if script.goal == "look_up_order" else {}
