"""A small shop with two agents, a supervisor and one customer who holds a bit of everything."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

from fanal.agents.models import Agent, FieldClass, Permission, Role, Team, Tier
from fanal.cases.models import CaseType, Category
from fanal.channels.models import ChannelAccount
from fanal.customers.models import ContactPoint, Customer
from fanal.holdings.models import Holding, Order
from fanal.identity.models import Assurance
from fanal.interactions import actions as interactions
from fanal.interactions.models import Disposition, Interaction
from fanal.routing.models import Queue
from fanal.scenarios.models import CaseRule, Scenario

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@dataclass
class Clock:
    now: datetime = NOW

    def after(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


def build() -> SimpleNamespace:
    """Everybody and everything, by short names."""
    everything = list(FieldClass.values)
    roles = {
        "agent": Role.objects.create(
            code="t-agent", name="Agent", permissions=[Permission.HANDLE], field_classes=everything
        ),
        "supervisor": Role.objects.create(
            code="t-supervisor",
            name="Supervisor",
            permissions=[Permission.HANDLE, Permission.SUPERVISE, Permission.SEE_ALL_CASES, Permission.ADMINISTER],
            field_classes=everything,
        ),
        "masked": Role.objects.create(
            code="t-masked", name="Masked", permissions=[Permission.HANDLE], field_classes=[]
        ),
        "reader": Role.objects.create(code="t-reader", name="Reader", permissions=[], field_classes=everything),
    }
    team = Team.objects.create(code="t-one", name="Team One")
    tier = Tier.objects.create(code="t-first", name="First line", rank=71)

    def agent(name: str, role: str, **more: object) -> Agent:
        return Agent.objects.create_user(f"{name.lower()}@t.example", "x", name=name, role=roles[role], **more)

    customer = Customer.objects.create(name="Ines Okafor", given_name="Ines", family_name="Okafor", country="FR")
    other = Customer.objects.create(name="Piet Jansen", country="NL")
    enquiry = CaseType.objects.create(code="t-enquiry", name="Enquiry", tier=tier)
    complaint = CaseType.objects.create(code="t-complaint", name="Complaint", default_priority=3)
    balance = Category.objects.create(code="t-balance", name="Balance")
    whereabouts = Category.objects.create(code="t-whereabouts", name="Where is my order")
    complaints = Category.objects.create(code="t-complaints", name="Complaints")
    answered = Disposition.objects.create(code="t-answered", name="Answered")
    queue = Queue.objects.create(code="t-general", name="General")
    orders = Queue.objects.create(code="t-orders", name="Orders")
    holding = {"customer": customer}
    return SimpleNamespace(
        agent=agent("Aya", "agent", team=team),
        colleague=agent("Boris", "agent"),
        supervisor=agent("Chen", "supervisor"),
        masked=agent("Dana", "masked"),
        reader=agent("Emil", "reader"),
        team=team,
        tier=tier,
        customer=customer,
        other=other,
        enquiry=enquiry,
        complaint=complaint,
        balance=balance,
        whereabouts=whereabouts,
        complaints=complaints,
        answered=answered,
        queue=queue,
        orders=orders,
        account=Holding.objects.create(
            kind="account", number="FR001234567", balance=Decimal("12.50"), currency="EUR", **holding
        ),
        savings=Holding.objects.create(
            kind="account", number="FR007777777", balance=Decimal("1"), currency="EUR", **holding
        ),
        card=Holding.objects.create(kind="card", number="4242", number_hash="h" * 64, **holding),
        contract=Holding.objects.create(kind="contract", number="C-9", ends_on=date(2026, 3, 12), **holding),
        device=Holding.objects.create(kind="device", number="D-5", **holding),
        phone=ContactPoint.objects.create(customer=customer, kind="phone", value="+33612345678"),
        order=Order.objects.create(
            customer=customer, number="A-1001", state="paid", placed_at=NOW, deliver_to="1 rue Basse, Lyon"
        ),
        others_order=Order.objects.create(customer=other, number="A-2002", state="shipped", placed_at=NOW),
        webchat=ChannelAccount.objects.create(
            kind="webchat", code="t-chat", name="Chat", settings={"queue": "t-general"}
        ),
        balance_rule=CaseRule.objects.create(
            code="t-balance",
            action="refresh_balance",
            case_type=enquiry,
            category=balance,
            subject="Balance of {object}",
            disposition=answered,
        ),
        order_rule=CaseRule.objects.create(
            code="t-order",
            action="look_up_order",
            case_type=enquiry,
            category=whereabouts,
            subject="Where is order {object}?",
        ),
        complaint_rule=CaseRule.objects.create(
            code="t-complaint",
            action="record_complaint",
            case_type=complaint,
            category=complaints,
            subject="Complaint {object}",
            settles=False,
        ),
        order_scenario=Scenario.objects.create(
            code="t-orders",
            name="Order number given",
            position=1,
            queue=orders,
            priority=3,
            opens="order",
            category=whereabouts,
            prefer_last_agent=True,
            conditions=[{"what": "order_number", "is": "present"}],
        ),
        anything=Scenario.objects.create(code="t-any", name="Anything else", position=900, queue=queue),
    )


def talks(shop: SimpleNamespace, clock: Clock) -> Callable[..., Interaction]:
    """Begin a chat; `customer` None is somebody unknown; it is in the hands of `agent` when that is given."""
    count = 0

    def begin(
        *,
        customer: Customer | None = None,
        assurance: int = Assurance.VERIFIED,
        agent: Agent | None = None,
        given: dict[str, str] | None = None,
        entry_page: str = "",
        practice: bool = False,
    ) -> Interaction:
        nonlocal count
        count += 1
        interaction = interactions.start(
            account=shop.webchat,
            source=f"visitor-{count}",
            given=given or {},
            entry_page=entry_page,
            practice=practice,
            now=clock.now,
        )
        if customer:
            interactions.identify(
                interaction=interaction, customer=customer, assurance=assurance, why="picked", by=agent, now=clock.now
            )
        if agent:
            interactions.give_to_agent(interaction=interaction, agent=agent, now=clock.after(1))
        interaction.refresh_from_db()
        return interaction

    return begin
