"""What a hostile visitor, or a curious agent, tries against a contact that is there, and does not get."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from fanal.agents.models import Agent, Role
from fanal.api import limits
from fanal.api.limits import Limit
from fanal.api.widget import asking
from fanal.channels.models import ChannelAccount
from fanal.customers.models import Customer
from fanal.environment import environment
from fanal.identity.find import search
from fanal.identity.models import Assurance
from fanal.interactions import actions as interactions
from fanal.interactions.models import Attachment, Interaction
from fanal.routing.models import Queue, QueueEntry
from fanal.running import security
from tests.channels.visitors import PNG, Browser
from tests.people import an_agent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(limits, "buckets", limits.Buckets())
    asking._accounts.clear()
    settings.MEDIA_ROOT = tmp_path


class Talk:
    """A visitor who wrote, and the agent who has the talk."""

    def __init__(self) -> None:
        queue, _ = Queue.objects.get_or_create(code="orders", defaults={"name": "Orders"})
        ChannelAccount.objects.get_or_create(
            code="shop", defaults={"kind": "webchat", "name": "Shop", "settings": {"queue": "orders"}}
        )
        self.visitor, self.agent = Browser(), an_agent()
        assert self.visitor.say("Hello").status_code == 202
        self.interaction = Interaction.objects.latest("id")
        QueueEntry.objects.filter(interaction=self.interaction).update(
            state="taken", queue=queue, left_at=timezone.now()
        )
        interactions.give_to_agent(interaction=self.interaction, agent=self.agent, now=timezone.now())
        self.desk = Client()
        self.desk.force_login(self.agent)

    def post(self, what: str, **form: Any) -> Any:
        return self.desk.post(f"/interactions/{self.interaction.pk}/{what}/", form)

    def draft(self) -> Attachment:
        answer = self.post("attachments", file=SimpleUploadedFile("wrong-customer.png", PNG))
        assert answer.status_code == 200
        return Attachment.objects.get()


@pytest.fixture
def talk() -> Talk:
    return Talk()


def test_a_visitor_gets_an_agents_file_only_once_it_was_sent(talk: Talk) -> None:
    draft = talk.draft()
    assert talk.visitor.send("GET", f"/attachments/{draft.pk}").status_code == 404
    assert talk.post("messages", text="Here it is", attachment=[draft.pk]).status_code == 200
    sent = talk.visitor.send("GET", f"/attachments/{draft.pk}")
    assert b"".join(sent.streaming_content) == PNG
    sent.close()


def test_a_visitor_cannot_make_an_agents_draft_part_of_their_own_message(talk: Talk) -> None:
    draft = talk.draft()
    assert talk.visitor.say("Mine now", "message-2", attachments=[draft.pk]).status_code == 202
    draft.refresh_from_db()
    assert draft.message is None
    assert talk.visitor.see()["messages"][-1]["attachments"] == []


def test_an_agent_cannot_say_what_only_the_visitor_has_uploaded(talk: Talk) -> None:
    uploaded = talk.visitor.upload("a.png", PNG).json()["id"]
    assert talk.post("messages", text="Yours", attachment=[uploaded]).status_code == 200
    assert Attachment.objects.get(pk=uploaded).message is None


@pytest.mark.parametrize(
    ("what", "form"),
    [
        ("messages", {"text": "a", "external_id": "x\0"}),
        ("messages", {"text": "a", "attachment": ["9" * 5000, "٣", "abc"]}),
        ("topics", {"label": "a\0"}),
        ("topics", {"label": "a", "category": "abc"}),
        ("topics", {"case": "9" * 5000}),
        ("cases", {"subject": "s\0", "type": "1"}),
        ("cases", {"subject": "s", "type": "abc"}),
        ("behalf", {"represents": "abc", "relationship": "family"}),
        ("deeds", {"action": "look_up_order", "kind": "order", "target": "abc"}),
        ("transfer", {"target": "queue:" + "9" * 5000}),
        ("answers", {"question": "\0", "heard": "\0"}),
        ("blocking", {"reason": "\0", "days": "1"}),
    ],
)
def test_a_malformed_form_is_refused_and_breaks_nothing(talk: Talk, what: str, form: dict[str, Any]) -> None:
    talk.desk.raise_request_exception = False
    body = urlencode(form, doseq=True)
    address = f"/interactions/{talk.interaction.pk}/{what}/"
    answer = talk.desk.post(address, body, "application/x-www-form-urlencoded")
    assert answer.status_code < 500


def test_a_form_with_files_and_a_nul_in_it_is_refused(talk: Talk) -> None:
    talk.desk.raise_request_exception = False
    assert talk.post("messages", text="a", external_id="q\0").status_code == 400


@pytest.mark.parametrize(
    "address", ["/cases/?type=" + "9" * 5000, "/widget/frame/?account=%00&origin=x", "/cases/?owner=" + "9" * 5000]
)
def test_a_malformed_address_is_refused_and_breaks_nothing(talk: Talk, address: str) -> None:
    talk.desk.raise_request_exception = False
    assert talk.desk.get(address).status_code < 500


def test_the_person_picked_next_is_not_the_one_who_was_verified_or_spoken_for(talk: Talk) -> None:
    ann, ben, now = Customer.objects.create(name="Ann"), Customer.objects.create(name="Ben"), timezone.now()
    chat = talk.interaction
    interactions.speak_for(interaction=chat, person=ben, represents=ann, relationship="family", by=talk.agent, now=now)
    interactions.identify(
        interaction=chat, customer=ann, assurance=Assurance.VERIFIED, why="verified", by=talk.agent, now=now
    )
    chat.refresh_from_db()
    assert (chat.spoken_for_by, chat.relationship, chat.assurance) == (ben, "family", Assurance.VERIFIED)
    assert talk.desk.put(f"/interactions/{chat.pk}/customer/{ben.pk}/").status_code == 200
    chat.refresh_from_db()
    assert (chat.customer, chat.spoken_for_by, chat.relationship) == (ben, None, "")
    assert chat.assurance < Assurance.VERIFIED
    assert talk.desk.put(f"/interactions/{chat.pk}/customer/{ann.pk}/").status_code == 200
    chat.refresh_from_db()
    assert chat.assurance < Assurance.VERIFIED


def test_a_practice_contact_is_not_handed_to_a_real_queue(talk: Talk) -> None:
    real = Queue.objects.create(code="real", name="Real")
    Agent.objects.filter(pk=talk.agent.pk).update(practising=True)
    Interaction.objects.filter(pk=talk.interaction.pk).update(practice=True)
    assert talk.post("transfer", target=f"queue:{real.pk}").status_code == 404
    assert not QueueEntry.objects.filter(queue=real).exists()


def test_the_town_of_a_customer_is_not_in_search_results_for_a_role_without_addresses() -> None:
    Customer.objects.create(name="Orsolya Venn", city="Szeged", country="HU")
    bare = Role.objects.create(code="bare", name="bare", permissions=["handle"], field_classes=[])
    agent = an_agent()
    agent.role = bare
    agent.save()
    from fanal.customers import index

    one = Customer.objects.get()
    index.put(one.pk, one.name, one.given_name, one.family_name)
    found = search("Orsolya Venn", agent=agent)
    assert [one.title for one in found] == ["Orsolya Venn"]
    assert "Szeged" not in str(found)
    assert "Szeged" in str(search("Orsolya Venn", agent=an_agent()))


def test_uploads_are_counted_for_an_address_too_however_many_visitors_it_plays(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(asking.LIMITS, "uploads", Limit(burst=2, per_minute=1))
    other = Browser()
    other.say("Hello")
    answers = [who.upload("a.png", PNG).status_code for who in (talk.visitor, other, talk.visitor, other)]
    assert answers == [201, 201, 429, 429]


def test_a_large_body_is_refused_whatever_it_says_it_is(talk: Talk) -> None:
    for content_type in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        answer = talk.visitor.client.generic(
            "POST", "/api/v1/widget/messages", b'{"id": "message-9", "text": "' + b"x" * 70_000 + b'"}', content_type,
            headers={"Authorization": f"Bearer {talk.visitor.token}"},
        )  # fmt: skip
        assert answer.status_code == 413


def test_a_message_of_nothing_but_a_nul_is_empty(talk: Talk) -> None:
    assert talk.visitor.say("\0", "message-2").status_code == 422


def test_made_up_host_names_are_not_remembered() -> None:
    client = Client()
    for n in range(50):
        client.get("/healthz", headers={"host": f"made-up-{n}.example"})
    assert security._policy.cache_info().currsize <= 3


def test_the_metrics_are_not_for_whoever_comes_through_a_proxy_on_this_machine() -> None:
    assert Client().get("/metrics").status_code == 200
    assert Client().get("/metrics", headers={"x-forwarded-for": "203.0.113.9"}).status_code == 403


@pytest.mark.parametrize("header", ["x-real-ip", "forwarded", "x-forwarded-proto", "x-forwarded-for"])
def test_nor_for_whoever_comes_through_a_trusted_one_that_does_not_say_from_where(
    monkeypatch: pytest.MonkeyPatch, header: str
) -> None:
    monkeypatch.setattr(environment, "trusted_proxies", ["127.0.0.1"])
    assert Client().get("/metrics").status_code == 200
    assert Client().get("/metrics", headers={header: "somebody"}).status_code == 403
