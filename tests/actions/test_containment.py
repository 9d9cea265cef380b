"""What customers settle without anybody is counted so that giving up does not look like being served."""

from datetime import timedelta

import pytest

from fanal.agents.models import Permission
from fanal.channels.models import ChannelAccount
from fanal.customers.models import Customer
from fanal.events.actions import publish
from fanal.interactions.models import Interaction
from fanal.kpis import actions
from fanal.kpis.actions.rows import rows
from fanal.kpis.periods import named
from tests.day import MORNING, Contact, absorb_all, after, agent, numbers, queue

pytestmark = pytest.mark.django_db
EVENING = MORNING + timedelta(hours=10)
TODAY = named("today", EVENING)
FIGURES = (
    "self_service_began", "contained_of_self_service", "raw_containment_of_self_service", "served_of_self_service",
)  # fmt: skip


def call(at: float, how: str = "", *, number: str = "+4722000001", customer: Customer | None = None) -> Interaction:
    """Somebody in a flow, which ends a minute later; without a `how` it goes on."""
    account, _ = ChannelAccount.objects.get_or_create(code="phone", defaults={"kind": "voice", "name": "Phone"})
    contact = Interaction.objects.create(
        account=account, channel="voice", source=number, customer=customer, started_at=after(at),
        thread=f"line-{next(numbers)}",
    )  # fmt: skip
    said = {"interaction": contact.pk, "run": next(numbers), "flow": "phone"}
    publish(kind="flow.began", data=said, audience=[], now=after(at))
    if how:
        publish(kind="flow.ended", data=said | {"how": how}, audience=[], now=after(at + 60))
    return contact


def talked(contact: Interaction, at: float) -> None:
    said = {"interaction": contact.pk, "segment": next(numbers), "agent": AGENT.get("pk")}
    publish(kind="segment.started", data=said, audience=[], now=after(at))


AGENT: dict[str, int] = {}


@pytest.fixture(autouse=True)
def amal() -> None:
    AGENT["pk"] = agent("amal", Permission.HANDLE).pk


def told() -> dict[str, tuple[int, int | None]]:
    absorb_all()
    viewer = agent(f"viewer{next(numbers)}", Permission.SUPERVISE)
    found = actions.figures(kpi_ids=list(FIGURES), period=TODAY, viewer=viewer, now=EVENING)
    for one in found:
        behind = rows(kpi_id=one.kpi.id, period=TODAY, viewer=viewer)
        assert sum(row.in_numerator for row in behind) == one.numerator  # type: ignore[attr-defined]
    return {one.kpi.id: (one.numerator, one.denominator) for one in found}


def test_who_is_served_or_gives_up_stayed_without_people_and_only_the_first_was_served() -> None:
    call(0, "served", number="+4722000001")
    call(10, "left", number="+4722000002")
    call(20, "queue", number="+4722000003")
    call(30, "message", number="+4722000004")
    call(40, "callback", number="+4722000005")
    call(50, number="+4722000006")
    assert told() == {
        "self_service_began": (6, None),
        "contained_of_self_service": (2, 6),
        "raw_containment_of_self_service": (2, 6),
        "served_of_self_service": (1, 6),
    }


def test_who_comes_to_people_within_a_day_by_any_channel_was_not_contained() -> None:
    kari = Customer.objects.create(name="Kari")
    call(0, "left", customer=kari)
    assert told()["contained_of_self_service"] == (1, 1)
    chat = Contact(queue("orders"), 4000)
    Interaction.objects.filter(pk=chat.interaction.pk).update(customer=kari)
    talked(chat.interaction, 4100)
    figures = told()
    assert figures["contained_of_self_service"] == (0, 1), "a later contact restates the day"
    assert figures["raw_containment_of_self_service"] == (1, 1)


def test_a_number_that_nobody_knows_is_the_same_person_and_a_known_customer_is_not_their_number() -> None:
    call(0, "left", number="+4722000007")
    talked(call(100, "queue", number="+4722000007"), 200)
    one, other = Customer.objects.create(name="One"), Customer.objects.create(name="Other")
    call(300, "served", number="+4722000008", customer=one)
    talked(call(400, "queue", number="+4722000008", customer=other), 500)
    assert told()["contained_of_self_service"] == (1, 4)


def test_a_talk_a_day_later_is_another_matter_and_one_before_is_no_failure() -> None:
    kari = Customer.objects.create(name="Kari")
    talked(call(0, "queue", customer=kari), 30)
    call(600, "served", customer=kari)
    talked(call(600 + 90_000, "queue", customer=kari), 600 + 90_060)
    assert told()["contained_of_self_service"] == (1, 2)


def test_practice_is_in_no_figure() -> None:
    contact = call(0, "served")
    Interaction.objects.filter(pk=contact.pk).update(practice=True)
    assert told()["self_service_began"] == (0, None)
