"""One of everything that has an address, all of it somebody else's: what the authorisation matrix asks for."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Model
from django.utils import timezone

from fanal.agents.actions import create_key
from fanal.agents.models import Agent, BreakReason, Skill, Team, Tier
from fanal.cases.models import Case, CaseType, Category
from fanal.channels.models import ChannelAccount, RawEvent
from fanal.customers.models import ContactPoint, Customer, Relationship
from fanal.hours.models import Calendar
from fanal.interactions.models import Attachment, CannedReply, Disposition, Interaction, Segment, Topic
from fanal.routing.models import Offer, Queue, QueueEntry
from fanal.scenarios.models import ActionRecord, CaseRule, Scenario
from tests.people import an_agent


@dataclass(frozen=True, kw_only=True)
class AWorld:
    """`ids`: the word before it in the address and the name of the argument, to the id."""

    ids: dict[str, int | str]
    owner: Agent
    other_manager: Agent

    def state(self) -> list[object]:
        """What must not have changed, whatever a stranger asked for."""
        return [
            *Interaction.objects.order_by("pk").values(),
            *Segment.objects.order_by("pk").values(),
            *Case.objects.order_by("pk").values(),
            *Topic.objects.order_by("pk").values(),
            *Offer.objects.order_by("pk").values(),
            *QueueEntry.objects.order_by("pk").values(),
            *ActionRecord.objects.order_by("pk").values(),
            *Customer.objects.order_by("pk").values(),
            *ContactPoint.objects.order_by("pk").values(),
            *Relationship.objects.order_by("pk").values(),
            *RawEvent.objects.order_by("pk").values(),
        ]


def a_world() -> AWorld:
    """An owner with a contact, a case and what hangs on them; and the manager of a queue that has no part in it."""
    now = timezone.now()
    owner, other_manager = an_agent(team=Team.objects.create(code="theirs", name="Theirs")), an_agent("manager")
    queue = Queue.objects.create(code="theirs", name="Theirs")
    Queue.objects.create(code="mine", name="Mine").managers.add(other_manager)
    account = ChannelAccount.objects.create(kind="webchat", code="theirs", name="Theirs")
    talk = Interaction.objects.create(account=account, channel="webchat", source="visitor-1", started_at=now)
    Segment.objects.create(interaction=talk, kind="queue", started_at=now, ended_at=now)
    segment = Segment.objects.create(interaction=talk, kind="agent", agent=owner, started_at=now)
    waits = Interaction.objects.create(account=account, channel="webchat", source="visitor-2", started_at=now)
    entry = QueueEntry.objects.create(
        queue=queue, interaction=waits, channel="webchat", entered_at=now, position_at=now,
        segment=Segment.objects.create(interaction=waits, kind="queue", started_at=now),
    )  # fmt: skip
    offer = Offer.objects.create(entry=entry, agent=owner, offered_at=now, expires_at=now + timedelta(seconds=20))
    case = Case.objects.create(
        type=CaseType.objects.create(code="t-fault", name="Fault"), subject="Theirs", owner=owner, team=owner.team,
        origin="agent", opened_at=now, updated_at=now,
    )  # fmt: skip
    topic = Topic.objects.create(interaction=talk, case=case, origin="agent", position=1, created_at=now)
    customer = Customer.objects.create(name="Ines Okafor")
    point = ContactPoint.objects.create(customer=customer, kind="email", value="ines@example.com")
    relationship = Relationship.objects.create(
        person=Customer.objects.create(name="Ifeoma Okafor"), represents=customer, kind="family"
    )
    file = Attachment.objects.create(
        interaction=talk, name="a.txt", media_type="text/plain", size=1, sha256="0" * 64, at=now
    )
    record = ActionRecord.objects.create(
        action="look_up_order", face="desk", interaction=talk, topic=topic, case=case, by=owner, at=now
    )
    raw = RawEvent.objects.create(
        account=account, external_id="r1", kind="message", body={}, received_at=now, state="quarantined", reason="bad"
    )
    raw_rows: dict[str, Model] = {
        "calendars": Calendar.objects.create(code="t-hours", name="Hours"),
        "roles": owner.role, "teams": owner.team, "skills": Skill.objects.create(code="t-skill", name="Skill"),
        "tiers": Tier.objects.create(code="t-tier", name="First", rank=1), "agents": owner, "queues": queue,
        "breaks": BreakReason.objects.create(code="t-lunch", name="Lunch"), "accounts": account,
        "case-types": case.type, "categories": Category.objects.create(code="t-cat", name="Delivery"),
        "dispositions": Disposition.objects.create(code="t-done", name="Done"),
        "canned-replies": CannedReply.objects.create(code="t-hello", title="Hello", texts={"en": "Hello {{ name }}"}),
    }  # fmt: skip
    raw_rows["case-rules"] = CaseRule.objects.create(
        code="t-rule", action="look_up_order", case_type=case.type, category=raw_rows["categories"], subject="{object}"
    )
    raw_rows["scenarios"] = Scenario.objects.create(code="t-scenario", name="All", queue=queue)
    key, _secret = create_key(agent=owner, name="Shop", expires_at=now + timedelta(days=1), by=owner, now=now)
    ids: dict[str, int | str] = {
        **{f"{sheet}:pk": row.pk for sheet, row in raw_rows.items()},
        "step:step": "company",
        "invitations:pk": 1,
        "api-keys:pk": key.pk,
        "notices:pk": 1,
        "blocks:pk": 1,
        "interactions:pk": talk.pk,
        "customer:customer_pk": customer.pk,
        "topics:pk": topic.pk,
        "contacts:topic_pk": topic.pk,
        "offers:pk": offer.pk,
        "segments:pk": segment.pk,
        "attachments:pk": file.pk,
        "action-records:pk": record.pk,
        "cases:pk": case.pk,
        "customers:pk": customer.pk,
        "contact-points:point_pk": point.pk,
        "relationships:relationship_pk": relationship.pk,
        "entries:pk": entry.pk,
        "quarantine:pk": raw.pk,
    }
    return AWorld(ids=ids, owner=owner, other_manager=other_manager)
