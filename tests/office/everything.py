"""One of everything that has an address, all of it somebody else's: what the authorisation matrix asks for."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Model
from django.utils import timezone

from fanal.agents.actions import create_key
from fanal.agents.models import Agent, BreakReason, Skill, Team, Tier
from fanal.cases.models import (
    BulkChange,
    Case,
    CaseField,
    CaseStep,
    CaseType,
    Category,
    Reminder,
    SavedView,
    TypeStep,
    Visit,
)
from fanal.channels.models import ChannelAccount, RawEvent
from fanal.clocks.models import Target
from fanal.customers.models import ContactPoint, Customer, Relationship
from fanal.deciding.models import AdviceRule, AdviceShown
from fanal.escalation.models import EscalationRule
from fanal.holdings.models import Holding, HoldingSource, Order
from fanal.hours.models import Calendar
from fanal.interactions.models import (
    Attachment,
    CannedReply,
    Disposition,
    Draft,
    Interaction,
    Letter,
    Message,
    Participation,
    Recording,
    Segment,
    SharedAnswer,
    SpeechService,
    Topic,
)
from fanal.knowledge.models import Article
from fanal.routing.models import Callback, Consultation, Offer, Queue, QueueEntry
from fanal.scenarios.models import ActionRecord, CaseRule, Flow, Scenario
from tests.people import an_agent

ONE_STEP = {
    "languages": ["en"], "begins": "bye", "otherwise": "bye", "steps": {"bye": {"kind": "end", "prompt": "Goodbye."}},
}  # fmt: skip


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
            *Participation.objects.order_by("pk").values(),
            *CaseStep.objects.order_by("pk").values(),
            *Draft.objects.order_by("pk").values(),
            *Offer.objects.order_by("pk").values(),
            *QueueEntry.objects.order_by("pk").values(),
            *ActionRecord.objects.order_by("pk").values(),
            *AdviceShown.objects.order_by("pk").values(),
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
    asked = Participation.objects.create(
        interaction=talk, how="asked", agent=an_agent(team=owner.team), by=owner, began_at=now
    )
    file = Attachment.objects.create(
        interaction=talk, name="a.txt", media_type="text/plain", size=1, sha256="0" * 64, at=now
    )
    letter = Letter.objects.create(
        account=account, at=now, subject="Theirs", html="<p>Theirs</p>",
        message=Message.objects.create(interaction=talk, author="customer", text="Theirs", external_id="m1", at=now),
    )  # fmt: skip
    draft = Draft.objects.create(interaction=talk, agent=owner, key="d1", text="Theirs", updated_at=now)
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
    raw_rows["targets"] = Target.objects.create(code="t-target", name="All", resolution_minutes=60)
    raw_rows["escalation-rules"] = EscalationRule.objects.create(
        code="t-rule", name="All", when="missed", hand_over_to=queue
    )
    raw_rows["sources"] = HoldingSource.objects.create(
        code="t-source", name="ERP", kinds=["order"], address="https://erp.example.org/orders/{number}"
    )
    raw_rows["speech-services"] = SpeechService.objects.create(
        code="t-speech", name="Ears", address="wss://speech.example.org", active=False
    )
    raw_rows["advice-rules"] = AdviceRule.objects.create(
        code="t-advice", name="Offer it", what="offer", offer={"en": "Tea"}, conditions=[]
    )
    raw_rows["flows"] = Flow.objects.create(code="t-flow", name="Phone", content=ONE_STEP)
    raw_rows["scenarios"] = Scenario.objects.create(code="t-scenario", name="All", queue=queue)
    raw_rows["case-fields"] = CaseField.objects.create(code="t-field", name="Serial number", case_type=case.type)
    raw_rows["case-steps"] = TypeStep.objects.create(code="t-step", name="Measure it", case_type=case.type)
    step = CaseStep.objects.create(case=case, text="Measure it")
    visit = Visit.objects.create(
        case=case, technician=owner, begins_at=now, ends_at=now + timedelta(hours=1), zone="UTC", address="1 Quay",
        planned_by=owner, planned_at=now,
    )  # fmt: skip
    question = Consultation.objects.create(case=case, agent=owner, question="Theirs?", by=owner, at=now)
    key, _secret = create_key(agent=owner, name="Shop", expires_at=now + timedelta(days=1), by=owner, now=now)
    ids: dict[str, int | str] = {
        **{f"{sheet}:pk": row.pk for sheet, row in raw_rows.items()},
        "step:step": "company",
        "invitations:pk": 1,
        "api-keys:pk": key.pk,
        "visits:pk": visit.pk,
        "questions:question_pk": question.pk,
        "notices:pk": 1,
        "blocks:pk": 1,
        "interactions:pk": talk.pk,
        "callbacks:pk": Callback.objects.create(
            number="+4722334455",
            account=talk.account,
            queue=queue,
            agent=owner,
            wished_at=now,
            due_at=now,
            place_at=now,
        ).pk,
        "customer:customer_pk": customer.pk,
        "topics:pk": topic.pk,
        "contacts:topic_pk": topic.pk,
        "offers:pk": offer.pk,
        "segments:pk": segment.pk,
        "participations:pk": asked.pk,
        "attachments:pk": file.pk,
        "recordings:pk": Recording.objects.create(
            interaction=talk,
            name="r-theirs",
            kind="talk",
            state="fetched",
            longest=60,
            days=30,
            sha256=file.sha256,
            media_type="audio/wav",
            wanted_at=now,
            fetched_at=now,
            keep_until=now,
        ).pk,
        "letters:pk": letter.pk,
        "drafts:draft_pk": draft.pk,
        "answers:answer_pk": SharedAnswer.objects.create(case=case, key="k", text="Theirs", by=owner, at=now).pk,
        "action-records:pk": record.pk,
        "cases:pk": case.pk,
        "articles:pk": Article.objects.create(
            title="Theirs", language="en", made_by=owner, written_by=owner, created_at=now, updated_at=now
        ).pk,
        "steps:step_pk": step.pk,
        "waits:on_pk": case.pk,
        "reminders:reminder_pk": Reminder.objects.create(case=case, at=now, by=owner, made_at=now).pk,
        "views:pk": SavedView.objects.create(name="Theirs", query="", agent=owner, at=now).pk,
        "bulk:pk": BulkChange.objects.create(kind="priority", value={"to": 3}, by=owner, at=now, total=0).pk,
        "customers:pk": customer.pk,
        "contact-points:point_pk": point.pk,
        "relationships:relationship_pk": relationship.pk,
        "holdings:pk": Holding.objects.create(customer=customer, kind="device", number="D-1").pk,
        "orders:pk": Order.objects.create(customer=customer, number="A-1", placed_at=now).pk,
        "advice:pk": AdviceShown.objects.create(
            rule=raw_rows["advice-rules"], interaction=talk, what="offer", shown_at=now, shown_to=owner
        ).pk,
        "entries:pk": entry.pk,
        "quarantine:pk": raw.pk,
    }
    return AWorld(ids=ids, owner=owner, other_manager=other_manager)
