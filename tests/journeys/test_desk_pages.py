"""The agent's page over HTTP: every room draws, every verb answers, and nobody does what is not theirs."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from fanal.agents.models import Agent, BreakReason, Presence
from fanal.cases.models import Case, CaseType, Category
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.consent.models import Suppression
from fanal.customers.models import ContactPoint, Customer
from fanal.events.models import Event
from fanal.holdings.models import Holding, Order, Product
from fanal.identity.models import Assurance
from fanal.intake import actions as intake
from fanal.interactions import actions as interactions
from fanal.interactions.models import Disposition, Interaction
from fanal.routing import actions as routing
from fanal.routing.models import AgentLoad, Offer, Queue, QueueEntry
from fanal.scenarios.models import CaseRule, Scenario
from tests.people import an_agent
from tests.routing_world import match

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop() -> ChannelAccount:
    queue = Queue.objects.create(code="t-general", name="General")
    Scenario.objects.create(
        code="t-order",
        name="An order number was given",
        position=1,
        queue=queue,
        opens="order",
        conditions=[{"what": "order_number", "is": "present"}],
    )
    Scenario.objects.create(code="t-rest", name="Everything else", position=9, queue=queue, opens="search")
    owner = Customer.objects.create(name="Ines Okafor", given_name="Ines", postcode="69100")
    ContactPoint.objects.create(customer=owner, kind="email", value="ines@example.com")
    order = Order.objects.create(customer=owner, number="88102", placed_at=timezone.now(), total=40, state="shipped")
    order.steps.create(state="paid", at=timezone.now())
    order.steps.create(state="shipped", at=timezone.now(), place="Lyon", note="Sorted")
    order.lines.create(product=Product.objects.create(code="vx2", name="Vacuum VX-2"))
    Holding.objects.create(customer=owner, kind="account", number="FR7612345678", balance=12, currency="EUR")
    enquiry = CaseType.objects.create(code="t-enquiry", name="Enquiry")
    CaseRule.objects.create(
        code="t-look",
        action="look_up_order",
        case_type=enquiry,
        category=Category.objects.create(code="t-delivery", name="Delivery"),
        subject="Delivery enquiry {object}",
    )
    Disposition.objects.create(code="t-done", name="Settled")
    return ChannelAccount.objects.create(kind=ChannelKind.WEBCHAT, code="t-shop", name="Shop")


def arrive(shop: ChannelAccount, given: dict[str, str], text: str = "Where is it?") -> Interaction:
    now = timezone.now()
    for kind, body in (("contact", {"given": given}), ("message", {"text": text})):
        raw = intake.receive(account=shop, external_id=f"{kind}-{text}", kind=kind, source="v1", body=body, now=now)
        assert intake.process(raw_id=raw.pk, now=now).reason == ""
    return Interaction.objects.get()


@pytest.fixture
def agent() -> Agent:
    person = an_agent()
    routing.set_presence(agent=person, state=Presence.AVAILABLE, by=person, now=timezone.now() - timedelta(seconds=9))
    return person


@pytest.fixture
def desk(agent: Agent) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(agent, backend="fanal.desk.accounts.backend.AgentBackend")
    return client


def take(desk: Client) -> Interaction:
    (offer,) = match(timezone.now())
    answer = desk.post(f"/offers/{offer.pk}/acceptance/", headers={"HX-Request": "true"})
    assert answer.status_code == 200, answer.content
    return Interaction.objects.get(pk=offer.entry.interaction_id)


def text_of(answer: Any) -> str:
    assert answer.status_code == 200, (answer.status_code, answer.content[:500])
    return str(answer.content.decode())


def test_the_desk_draws_with_nothing_in_it(desk: Client) -> None:
    assert "Nothing rings at the moment" in text_of(desk.get("/"))


def test_an_offer_rings_and_accepting_it_opens_the_order(shop: ChannelAccount, desk: Client) -> None:
    arrive(shop, {"order": "88102", "name": "Ines"})
    (offer,) = match(timezone.now())
    assert f'data-offer="{offer.pk}"' in text_of(desk.get("/work/"))
    page = text_of(desk.post(f"/offers/{offer.pk}/acceptance/", headers={"HX-Request": "true"}))
    for wanted in ("88102", "Vacuum VX-2", "Lyon", "Where is it?", "Ines Okafor"):
        assert wanted in page
    assert "ines@example.com" not in page


def test_an_offer_that_is_gone_says_so(shop: ChannelAccount, desk: Client) -> None:
    arrive(shop, {})
    (offer,) = match(timezone.now())
    routing.expire_offers(now=timezone.now() + timedelta(minutes=5))
    answer = desk.post(f"/offers/{offer.pk}/acceptance/", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "over" in answer.content.decode()


def test_looking_up_the_order_makes_its_case_and_not_this_takes_it_back(shop: ChannelAccount, desk: Client) -> None:
    arrive(shop, {"order": "88102", "email": "ines@example.com"})
    interaction = take(desk)
    order = Order.objects.get()
    page = text_of(
        desk.post(
            f"/interactions/{interaction.pk}/deeds/",
            {"action": "look_up_order", "kind": "order", "target": order.pk},
            headers={"HX-Request": "true"},
        )
    )
    case = Case.objects.get()
    assert str(case.number) in page
    assert case.state == "settled"
    record = interaction.actions.get()
    text_of(desk.delete(f"/action-records/{record.pk}/"))
    case.refresh_from_db()
    assert case.withdrawn_at is not None


def test_a_message_a_note_and_a_repeat(shop: ChannelAccount, desk: Client) -> None:
    arrive(shop, {})
    interaction = take(desk)
    url = f"/interactions/{interaction.pk}/messages/"
    for _ in range(2):
        text_of(desk.post(url, {"text": "Let me look.", "external_id": "d1", "as": "message"}))
    text_of(desk.post(url, {"text": "Sounds upset", "as": "note"}))
    assert interaction.messages.filter(author="agent").count() == 1
    assert interaction.notes.count() == 1
    assert desk.post(url, {"text": "   "}).status_code == 409


def test_the_person_is_picked_verified_left_open_and_nobody_was_created(shop: ChannelAccount, desk: Client) -> None:
    arrive(shop, {"name": "Somebody"})
    interaction = take(desk)
    owner = Customer.objects.get()
    assert "This is them" in text_of(desk.get(f"/interactions/{interaction.pk}/people/", {"q": "ines@example.com"}))
    text_of(desk.put(f"/interactions/{interaction.pk}/customer/{owner.pk}/"))
    assert "Compare" in text_of(desk.get(f"/interactions/{interaction.pk}/questions/"))
    wrong = desk.post(f"/interactions/{interaction.pk}/answers/", {"question": "postcode", "heard": "1"})
    assert "does not agree" in text_of(wrong)
    assert "69100" not in wrong.content.decode()
    text_of(desk.delete(f"/interactions/{interaction.pk}/customer/"))
    interaction.refresh_from_db()
    assert interaction.customer is None
    assert Customer.objects.count() == 1


def test_a_case_is_opened_a_topic_added_and_every_dialog_draws(shop: ChannelAccount, desk: Client) -> None:
    arrive(shop, {})
    interaction = take(desk)
    for name in ("topics/new", "cases/new", "transfer", "behalf", "canned-replies", "about", "lines", "topics"):
        text_of(desk.get(f"/interactions/{interaction.pk}/{name}/"))
    kind = CaseType.objects.get()
    text_of(desk.post(f"/interactions/{interaction.pk}/cases/", {"subject": "Broken", "type": kind.pk}))
    text_of(desk.post(f"/interactions/{interaction.pk}/topics/", {"label": "Warranty"}))
    assert interaction.topics.count() == 2
    assert Case.objects.get().customer is None


def test_the_one_whom_a_matter_is_about_is_found_by_the_number_of_their_order(
    shop: ChannelAccount, desk: Client
) -> None:
    arrive(shop, {})
    interaction = take(desk)
    found = text_of(desk.get(f"/interactions/{interaction.pk}/people/", {"q": "88102", "behalf": "1"}))
    owner = Customer.objects.get(name="Ines Okafor")
    assert "Ines Okafor" in found
    assert "88102" in found
    assert f'{{"represents": "{owner.pk}"}}' in found


def test_finishing_and_wrapping_up_frees_the_agent(shop: ChannelAccount, desk: Client, agent: Agent) -> None:
    arrive(shop, {})
    interaction = take(desk)
    assert "Wrap up" in text_of(desk.post(f"/interactions/{interaction.pk}/ending/"))
    segment = interaction.segments.get(agent=agent)
    outcome = Disposition.objects.get()
    text_of(desk.post(f"/segments/{segment.pk}/wrap-up/", {"topic-new": outcome.pk, "note": "Called again"}))
    segment.refresh_from_db()
    assert segment.wrapped_up_at is not None
    assert interaction.topics.get().disposition == outcome


def test_after_the_wrap_up_an_outcome_changes_only_by_a_correction_with_its_reason(
    shop: ChannelAccount, desk: Client, agent: Agent
) -> None:
    arrive(shop, {})
    interaction = take(desk)
    segment, settled = interaction.segments.get(agent=agent), Disposition.objects.get()
    prank = Disposition.objects.create(code="t-prank", name="Prank", genuine=False)
    wrap_up, corrections = f"/segments/{segment.pk}/wrap-up/", f"/segments/{segment.pk}/corrections/"
    assert desk.post(wrap_up, {"topic-new": settled.pk}).status_code == 409
    text_of(desk.post(f"/interactions/{interaction.pk}/ending/"))
    assert desk.post(corrections, {"why": "too early"}).status_code == 409
    text_of(desk.post(wrap_up, {"topic-new": settled.pk}))
    topic = interaction.topics.get()
    late = desk.post(wrap_up, {f"topic-{topic.pk}": prank.pk, "topic-new": prank.pk, "note": "Late"})
    assert late.status_code == 409
    assert interaction.topics.get().disposition == settled
    assert not interaction.notes.exists()
    assert "Correct an outcome" in text_of(desk.get(f"/interactions/{interaction.pk}/"))
    assert desk.post(corrections, {f"topic-{topic.pk}": prank.pk, "why": " "}).status_code == 409
    page = text_of(desk.post(corrections, {f"topic-{topic.pk}": prank.pk, "why": "Nobody there"}))
    assert "Nobody there" in page
    fact = topic.corrections.get()
    assert (fact.was, fact.became, fact.by, topic.corrections.count()) == (settled, prank, agent, 1)
    assert interaction.topics.get().disposition == prank
    assert Event.objects.filter(kind="topic.changed", data__topic=topic.pk, by=agent.pk).exists()
    other = Client()
    other.force_login(an_agent(), backend="fanal.desk.accounts.backend.AgentBackend")
    assert other.post(corrections, {f"topic-{topic.pk}": settled.pk, "why": "Not mine"}).status_code == 404


def test_handing_over_to_a_queue_takes_the_summary_along(shop: ChannelAccount, desk: Client) -> None:
    arrive(shop, {})
    interaction = take(desk)
    second = Queue.objects.create(code="t-second", name="Second line")
    text_of(
        desk.post(f"/interactions/{interaction.pk}/transfer/", {"target": f"queue:{second.pk}", "summary": "E18 twice"})
    )
    assert QueueEntry.objects.filter(queue=second, state="waiting").count() == 1
    assert interaction.transfers.get().summary == "E18 twice"


def test_handing_over_lists_colleagues_with_what_they_do_and_have_in_hand(shop: ChannelAccount, desk: Client) -> None:
    now = timezone.now()
    free, busy, away, gone = (an_agent() for _ in range(4))
    for agent in (free, busy, away):
        routing.set_presence(agent=agent, state="available", by=agent, now=now)
    AgentLoad.objects.filter(agent=busy).update(open_work={"webchat": 9, "email": 2})
    lunch = BreakReason.objects.create(code="t-lunch", name="Lunch")
    routing.set_presence(agent=away, state="break", reason=lunch, by=away, now=now)
    arrive(shop, {})
    interaction = take(desk)
    dialog = text_of(desk.get(f"/interactions/{interaction.pk}/transfer/"))
    said = {int(pk): words for pk, words in re.findall(r'<option value="agent:(\d+)">([^<]+)</option>', dialog)}
    for agent, words in (
        (free, "Available · 0 in hand"),
        (busy, "Busy · 11 in hand"),
        (away, "Lunch · 0 in hand"),
        (gone, "Offline · 0 in hand"),
    ):
        assert said[agent.pk].endswith(words)
    order = [pk for pk in said if pk in {free.pk, busy.pk, away.pk, gone.pk}]
    assert order[:2] == [free.pk, busy.pk]


def test_nothing_that_an_agent_writes_is_cut(shop: ChannelAccount, desk: Client) -> None:
    arrive(shop, {})
    interaction = take(desk)
    messages, target = f"/interactions/{interaction.pk}/messages/", f"queue:{Queue.objects.first().pk}"
    assert "4,000" in desk.post(messages, {"text": "x" * 4001}).content.decode()
    handed = desk.post(f"/interactions/{interaction.pk}/transfer/", {"target": target, "summary": "x" * 2001})
    assert (handed.status_code, "2,000" in handed.content.decode()) == (409, True)
    assert interaction.messages.filter(author="agent").count() == interaction.transfers.count() == 0
    dialogs = [f"/interactions/{interaction.pk}/", f"/interactions/{interaction.pk}/transfer/"]
    for field in ("reply", "transfer-summary"):
        pages = "".join(desk.get(url).content.decode() for url in dialogs)
        assert "maxlength" not in re.search(rf'<textarea[^>]*id="{field}"[^>]*>', pages)[0]  # a browser cuts silently


def test_a_colleagues_contact_may_be_looked_at_only_with_a_part_in_it(shop: ChannelAccount, desk: Client) -> None:
    arrive(shop, {})
    interaction = take(desk)
    stranger = Client()
    stranger.force_login(an_agent(), backend="fanal.desk.accounts.backend.AgentBackend")
    assert stranger.get(f"/interactions/{interaction.pk}/").status_code == 404
    assert stranger.post(f"/interactions/{interaction.pk}/messages/", {"text": "hi"}).status_code in (403, 404)
    assert Client().get(f"/interactions/{interaction.pk}/").status_code == 302
    assert not Offer.objects.filter(state="open").exists()


def test_a_file_is_checked_attached_and_sent_with_the_next_message(shop: ChannelAccount, desk: Client) -> None:
    arrive(shop, {})
    interaction = take(desk)
    url = f"/interactions/{interaction.pk}/attachments/"
    refused = desk.post(url, {"file": SimpleUploadedFile("page.pdf", b"MZ not a pdf")})
    assert refused.status_code == 409
    page = text_of(desk.post(url, {"file": SimpleUploadedFile("page.pdf", b"%PDF-1.4\n1 0 obj\n%%EOF")}))
    file = interaction.attachments.get()
    assert f'value="{file.pk}"' in page
    text_of(desk.post(f"/interactions/{interaction.pk}/messages/", {"attachment": file.pk, "external_id": "f1"}))
    file.refresh_from_db()
    assert file.message is not None
    answer = desk.get(f"/attachments/{file.pk}/")
    assert answer["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    answer.close()


def test_an_agent_writes_first_to_a_customer_we_were_sure_of(shop: ChannelAccount, desk: Client, agent: Agent) -> None:
    owner = Customer.objects.get()
    nowhere = desk.post(f"/customers/{owner.pk}/messages/", {"text": "Your order has arrived."})
    assert nowhere.status_code == 409
    arrive(shop, {})
    interaction = take(desk)
    sure = {"assurance": Assurance.VERIFIED, "why": "verified", "by": agent, "now": timezone.now()}
    interactions.identify(interaction=interaction, customer=owner, **sure)
    busy = desk.post(f"/customers/{owner.pk}/messages/", {"text": "Your order has arrived."})
    assert "already" in busy.content.decode()
    text_of(desk.post(f"/interactions/{interaction.pk}/ending/"))
    wish = Suppression.objects.create(kind="handle", value="v1", since=timezone.now(), evidence="said so in the chat")
    refused = desk.post(f"/customers/{owner.pk}/messages/", {"text": "Your order has arrived."})
    assert refused.status_code == 409
    assert Event.objects.get(kind="contact.refused").data["reason"] == "suppressed"
    wish.delete()
    answer = desk.post(f"/customers/{owner.pk}/messages/", {"text": "Your order has arrived."})
    assert answer.status_code == 302, answer.content
    begun = Interaction.objects.latest("id")
    assert (begun.direction, begun.messages.get().clearance.purpose) == ("out", "service")
    assert begun.segments.get(ended_at=None).agent == agent


def test_only_who_practises_gets_simulated_customers(desk: Client) -> None:
    assert desk.post("/practice/", {"story": "order"}).status_code == 409
    learner = Client()
    learner.force_login(an_agent(practising=True), backend="fanal.desk.accounts.backend.AgentBackend")
    assert "simulated customer" in text_of(learner.get("/work/"))
    assert learner.post("/practice/", {"story": "dance"}).status_code == 409
    assert learner.post("/practice/", {"story": "order"}).status_code == 204
    assert ProcrastinateJob.objects.get().task_name == "demo.start_practice"
