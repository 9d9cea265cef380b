"""Three customers write about the same fault: answered, escalated by its clock, combined, and answered once for all.

Everything is real: `fanal up` with its own database, its own SMTP listener, an SMTP server outside, people at their
desks by HTTP; and in between the database is pulled.
"""

import contextlib
import secrets
import smtplib
import time
from collections.abc import Callable, Iterator
from email.message import Message as Mail
from typing import Any, TypeVar

import httpx
import pytest
from django.conf import settings
from django.utils import timezone

from fanal.agents.models import Agent, Permission, Role, Tier
from fanal.benches.browsers import sign_in
from fanal.cases.models import Case, CaseType
from fanal.channels.models import ChannelAccount, RawEvent
from fanal.clocks.models import Clock, Target
from fanal.customers.models import ContactPoint, Customer
from fanal.escalation.models import Escalation, EscalationRule
from fanal.interactions.models import Interaction, Letter, Message
from fanal.routing import actions as routing
from fanal.routing.models import HandOver, Offer, Queue
from fanal.running.verify import verify
from tests.channels.email.letters import ADDRESS, letter
from tests.channels.email.outside import World, world
from tests.installation import Installation
from tests.servers import free_ports

pytestmark = pytest.mark.timeout(400)
DOWN_FOR = 2.0  # seconds in which every process may notice
T = TypeVar("T")
NAMES = ("Ana Diaz", "Bea Lund", "Cem Kaya")


class Office:
    """The installation, its people, and the mail programs of its customers."""

    def __init__(self, installation: Installation, outside: World, post: int) -> None:
        self.installation, self.outside, self.post = installation, outside, post

    def set_up(self) -> None:
        first = Tier.objects.create(code="first", name="First line", rank=1)
        second = Tier.objects.create(code="second", name="Second line", rank=2)
        queue = Queue.objects.create(code="post", name="Post", tier=first, wrap_up_seconds=0)
        engineers = Queue.objects.create(code="engineers", name="Engineers", tier=second, wrap_up_seconds=0)
        self.fault = CaseType.objects.create(code="fault", name="Fault", tier=first)
        for name in NAMES:
            customer = Customer.objects.create(name=name)
            ContactPoint.objects.create(customer=customer, kind="email", value=address_of(name))
        Target.objects.create(code="faults", name="Faults", case_type=self.fault, resolution_minutes=1)
        EscalationRule.objects.create(
            code="urgent", name="Urgent faults go up", when="share", clock="resolution", percent=30,
            priority_at_least=3, hand_over_to=engineers,
        )  # fmt: skip
        role = Role.objects.create(
            code="hands", name="Hands", permissions=[Permission.HANDLE, Permission.SEE_ALL_CASES]
        )
        self.sara, self.omar = (
            Agent.objects.create_user(f"{name}@example.org", name=name.title(), role=role, tier=tier)
            for name, tier in (("sara", first), ("omar", second))
        )
        self.desks = {agent.pk: self.desk(agent) for agent in (self.sara, self.omar)}
        routing.set_presence(agent=self.sara, state="available", by=self.sara, now=timezone.now())
        chosen = {"queue": queue.code, "listener": True}
        ChannelAccount.objects.create(kind="email", code="support", name="Support", address=ADDRESS, settings=chosen)

    def desk(self, agent: Agent) -> httpx.Client:
        token = secrets.token_hex(16)
        cookies = {settings.SESSION_COOKIE_NAME: sign_in(agent), settings.CSRF_COOKIE_NAME: token}
        headers = {"X-CSRFToken": token, "HX-Request": "true", "Accept-Language": "en"}
        return httpx.Client(
            base_url=self.installation.url, cookies=cookies, headers=headers, timeout=60, trust_env=False
        )

    def write(self, mail: bytes) -> int:
        """As a mail program behind a queue: again until it is taken; how often it was not."""
        for refused in range(200):
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self.hand_in(mail)
                return refused
            time.sleep(0.3)
        raise AssertionError("nobody takes the mail")

    def hand_in(self, mail: bytes) -> None:
        with smtplib.SMTP("127.0.0.1", self.post, timeout=20) as program:
            program.sendmail("customer@example.net", [ADDRESS], mail)

    def until(self, what: Callable[[], T | None], seconds: float = 60) -> T:
        deadline = time.monotonic() + seconds
        while True:
            with self.installation.rows():
                if found := what():
                    return found
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.2)

    def takes(self, agent: Agent) -> Any:
        """What rings at this person: the contact or the case they have now."""
        rings = Offer.objects.filter(agent=agent, state="open").select_related("entry__interaction", "entry__case")
        offer = self.until(rings.first)
        answer = self.desks[agent.pk].post(f"/offers/{offer.pk}/acceptance/")
        assert answer.status_code == 200, answer.text
        return offer.entry.interaction or offer.entry.case

    def posts(self, agent: Agent, path: str, **given: Any) -> httpx.Response:
        answer = self.desks[agent.pk].post(path, data=given)
        assert answer.status_code < 400, f"{path}: {answer.status_code} {answer.text}"
        return answer

    def opens_a_case(self, contact: Interaction, subject: str) -> Case:
        self.posts(self.sara, f"/interactions/{contact.pk}/cases/", subject=subject, type=self.fault.pk)
        return self.until(lambda: Case.objects.filter(topics__interaction=contact).first())

    def mails_to(self, name: str) -> list[Mail]:
        return [mail for mail in self.outside.letters if address_of(name) in str(mail["To"])]


def address_of(name: str) -> str:
    return f"{name.split()[0].lower()}@customer.example"


def a_letter(name: str, text: str, **headers: str) -> bytes:
    return letter(text, sender=f"{name} <{address_of(name)}>", **{"subject": "Router", **headers})


@pytest.fixture
def office(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Iterator[Office]:
    [post] = free_ports(1)
    with world() as outside:
        given = {"FANAL_MAIL_LISTEN": f"smtp://127.0.0.1:{post}", "FANAL_SMTP_URL": outside.address}
        installation = Installation(tmp_path_factory.mktemp("up") / "h", given)
        try:
            installation.wait_until_it_answers()
            with django_db_blocker.unblock():
                made = Office(installation, outside, post)
                with installation.rows():
                    made.set_up()
                yield made
                for desk in made.desks.values():
                    desk.close()
        finally:
            installation.close()


def test_a_fault_of_three_customers_is_answered_once_for_all(office: Office) -> None:
    sara, omar = office.sara, office.omar
    ana, bea, cem = NAMES

    # Ana writes, is answered from the desk, and writes again: one thread, one contact.
    office.write(a_letter(ana, "My router does not start since the new firmware."))
    contact = office.takes(sara)
    office.posts(sara, f"/interactions/{contact.pk}/messages/", text="We look into it.", **{"as": "message"})
    office.until(lambda: office.mails_to(ana))
    [answer] = office.mails_to(ana)
    office.write(a_letter(ana, "It is urgent, please.", in_reply_to=str(answer["Message-ID"])))
    office.until(lambda: Message.objects.filter(interaction=contact, text="It is urgent, please.").first())
    urgent = office.opens_a_case(contact, "The router does not start")
    given = {"subject": urgent.subject, "type": office.fault.pk, "priority": 3}
    office.posts(sara, f"/cases/{urgent.pk}/details/", **given)
    office.posts(sara, f"/interactions/{contact.pk}/ending/")

    # Bea and Cem have the same fault; while the database is gone Cem's program tries until the mail is taken.
    office.write(a_letter(bea, "The router does not start any more."))
    others = [office.takes(sara)]
    cases = [office.opens_a_case(others[0], "Router does not start")]
    office.posts(sara, f"/interactions/{others[0].pk}/ending/")
    with office.installation.without_database():
        with pytest.raises((OSError, smtplib.SMTPException)):
            office.hand_in(a_letter(cem, "too early"))
        time.sleep(DOWN_FOR)
    office.write(a_letter(cem, "Our router does not start."))
    others.append(office.takes(sara))
    cases.append(office.opens_a_case(others[1], "The router does not start"))
    office.posts(sara, f"/interactions/{others[1].pk}/ending/")

    # The clock of the urgent one runs, and its rule gives it to the second line, saying why.
    with office.installation.rows():
        routing.set_presence(agent=omar, state="available", by=omar, now=timezone.now())
    escalated = office.until(lambda: Escalation.objects.filter(case=urgent).select_related("hand_over").first(), 90)
    assert office.takes(omar) == urgent
    page = office.desks[omar.pk].get(f"/cases/{urgent.pk}/", headers={"HX-Request": "false"}).text
    assert "Urgent faults go up" in page
    with office.installation.rows():
        clock = Clock.objects.get(case=urgent, kind="resolution")
        assert escalated.at >= clock.started_at
        assert HandOver.objects.get(pk=escalated.hand_over.pk).by is None
        assert Case.objects.get(pk=urgent.pk).owner == omar

    # The second line sees the others, puts a problem above all three, and answers once.
    alike = office.desks[omar.pk].get(f"/cases/{urgent.pk}/alike/").text
    for case in cases:
        assert str(case.number) in alike
    chosen = {"subject": "Firmware 7 does not start", "cases": [case.pk for case in cases]}
    office.posts(omar, f"/cases/{urgent.pk}/problem/", **chosen)
    problem = office.until(lambda: Case.objects.filter(subject="Firmware 7 does not start").first())
    everyone = [urgent.pk, *(case.pk for case in cases)]
    written = {"text": "Firmware 8 mends it.", "subject": "Your router", "case": everyone}
    preview = office.posts(omar, f"/cases/{problem.pk}/answers/", **written, do="preview").text
    for name in NAMES:
        assert name in preview
    assert not any("Firmware 8" in str(mail.get_payload()) for mail in office.outside.letters)
    office.posts(omar, f"/cases/{problem.pk}/answers/", **written, do="send")
    office.until(lambda: all(_told(office, name) == 1 for name in NAMES), 90)
    office.posts(omar, f"/cases/{problem.pk}/settlement/", note="Firmware 8 is out.", children=everyone)

    # Each got it once, in their own thread; nothing is lost, nothing twice, and every promise of the data holds.
    office.until(lambda: not Message.objects.filter(state__in=("queued", "sending")).exists())
    assert [_told(office, name) for name in NAMES] == [1, 1, 1]
    with office.installation.rows():
        said = Message.objects.filter(author="customer").order_by("pk").values_list("text", flat=True)
        assert [text for text in said if text != "too early"] == [
            "My router does not start since the new firmware.", "It is urgent, please.",
            "The router does not start any more.", "Our router does not start.",
        ]  # fmt: skip
        assert len(said) in (4, 5), "a mail that was refused may have been taken all the same, but only once"
        assert not RawEvent.objects.exclude(state="processed").exists()
        assert {case.state for case in Case.objects.filter(pk__in=[problem.pk, *everyone])} == {"settled"}
        for mail in office.outside.letters:
            ours = Letter.objects.get(header_id=str(mail["Message-ID"]).strip("<>"), ours=True)
            assert Customer.objects.get(pk=ours.message.interaction.customer_id).name in NAMES
        assert [verdict.invariant.name for verdict in verify() if not verdict.holds] == []
    assert office.installation.process.poll() is None


def _told(office: Office, name: str) -> int:
    """In how many mails this person was told how it ends; each within what they wrote themselves."""
    told = [mail for mail in office.mails_to(name) if "Firmware 8 mends it." in _text(mail)]
    for mail in told:
        assert mail["In-Reply-To"], "it begins a thread of its own"
    return len(told)


def _text(mail: Mail) -> str:
    parts = [part for part in mail.walk() if part.get_content_type() == "text/plain"]
    return " ".join((part.get_payload(decode=True) or b"").decode() for part in parts)  # type: ignore[union-attr]
