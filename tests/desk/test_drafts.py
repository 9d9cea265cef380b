"""What is kept of a mail while it is written, and taking it back in time."""

import threading
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.utils import timezone

from fanal.agents.models import Agent
from fanal.channels.models import ChannelAccount
from fanal.clocks.actions.following import SAID
from fanal.customers.models import Customer
from fanal.events.models import Event
from fanal.interactions import actions as interactions
from fanal.interactions.models import Attachment, Draft, Interaction, Letter, Message
from fanal.kpis.rules import Happening, statements
from fanal.routing import actions as routing
from fanal.running.verify import verify
from tests.channels.email.outside import World
from tests.desk import test_composing as composing
from tests.desk.test_composing import ANA, BEN, CARRIER, an_available_agent, at_desk, chips, later, said, send
from tests.journeys.test_desk_pages import take, text_of
from tests.people import an_agent

pytestmark = pytest.mark.django_db(transaction=True)
agent, desk, files = composing.agent, composing.desk, composing.files
account, contact, outside = composing.account, composing.contact, composing.outside


def kept(desk: Client, contact: Interaction, **more: object) -> Any:
    return desk.post(f"/interactions/{contact.pk}/draft/", said(**{"window": "w1", "turn": 1, "version": 0, **more}))


def test_a_draft_is_there_in_another_browser_whole(desk: Client, contact: Interaction, agent: Agent) -> None:
    long = "ا<b>" * 30_000
    assert kept(desk, contact, text=long, cc=[BEN], bcc=[CARRIER], subject="Other").json()["version"] == 1
    page = text_of(at_desk(agent).get(f"/interactions/{contact.pk}/"))
    assert "ا&lt;b&gt;" * 30_000 in page
    assert (chips(page, "cc"), chips(page, "bcc")) == ([BEN], [CARRIER])
    assert 'value="Other"' in page
    assert chips(page, "external_id") == ["desk-1"], "sent twice from two windows it is said once"


def test_what_comes_late_from_a_window_does_not_undo_what_came_before(desk: Client, contact: Interaction) -> None:
    kept(desk, contact, turn=5, text="all of it")
    kept(desk, contact, turn=4, text="all o")
    assert Draft.objects.get().text == "all of it"


def test_a_second_window_overwrites_nothing_it_has_not_seen(desk: Client, contact: Interaction) -> None:
    kept(desk, contact, text="first")
    assert kept(desk, contact, window="w2", version=1, text="first and second").status_code == 200
    assert kept(desk, contact, window="w1", turn=2, version=1, text="first, but older").status_code == 409
    assert Draft.objects.get().text == "first and second"


def test_what_was_sent_is_no_draft_any_more_however_late_it_is_kept(desk: Client, contact: Interaction) -> None:
    kept(desk, contact)
    send(desk, contact, version=1)
    assert not Draft.objects.exists()
    assert kept(desk, contact, turn=9).status_code == 204
    Draft.objects.create(  # as if it had been kept at the moment of sending
        interaction=contact, agent=an_agent(), key="desk-1", text="Tomorrow.", updated_at=timezone.now()
    )
    assert not interactions.drafts_of(contact)


def test_a_draft_of_a_chat_is_kept_alike(desk: Client, agent: Agent) -> None:
    chat = ChannelAccount.objects.create(kind="webchat", code="chat", name="Chat")
    talk = interactions.start(account=chat, source="v1", now=timezone.now())
    interactions.give_to_agent(interaction=talk, agent=agent, now=timezone.now())
    kept(desk, talk, text="Let me")
    assert ">Let me</textarea>" in text_of(desk.get(f"/interactions/{talk.pk}/"))


def test_a_colleague_who_gets_the_contact_sees_the_draft_and_takes_it_over(
    desk: Client, contact: Interaction, agent: Agent
) -> None:
    kept(desk, contact, text="As promised")
    noor = an_available_agent()
    routing.transfer(interaction=contact, by=agent, to_agent=noor, summary="Yours", now=timezone.now())
    other = at_desk(noor)
    assert take(other) == contact
    page = text_of(other.get(f"/interactions/{contact.pk}/"))
    assert f"<b>{agent.name}</b> had begun to write here" in page
    draft = Draft.objects.get()
    kept(other, contact, external_id="desk-2", text="I am on it.")
    page = text_of(other.post(f"/interactions/{contact.pk}/drafts/{draft.pk}/"))
    assert "I am on it.\n\nAs promised" in page
    assert [(one.agent, one.key != "desk-1") for one in Draft.objects.all()] == [(noor, True)]
    assert Event.objects.filter(kind="draft.taken_over", by=noor.pk, data__agent=agent.pk).exists()


def test_undo_makes_a_draft_of_it_again_and_it_is_never_sent(
    desk: Client, contact: Interaction, agent: Agent, outside: World
) -> None:
    file = interactions.attach(interaction=contact, name="a.txt", content=b"a", by=agent, now=timezone.now())
    ours = send(desk, contact, cc=[BEN], attachment=[file.pk])
    page = text_of(desk.get(f"/interactions/{contact.pk}/lines/"))
    assert f'hx-delete="/letters/{ours.pk}/sending/"' in page
    assert "goes out in" in page
    assert not interactions.send_next(now=timezone.now()), "it waits"
    page = text_of(desk.delete(f"/letters/{ours.pk}/sending/"))
    assert "took a mail back" in page
    assert (chips(page, "cc"), "a.txt" in page, ">Tomorrow.</textarea>" in page) == ([BEN], True, True)
    assert not interactions.send_next(now=later())
    ours.message.refresh_from_db()
    assert ours.message.state == "withdrawn"
    assert contact.segments.get(agent=agent).first_reply_at is None
    again = Draft.objects.get()
    send(desk, contact, external_id=again.key, attachment=again.files, version=again.version)
    assert interactions.send_next(now=later())
    assert len(outside.mails) == 1
    assert [verdict.invariant.name for verdict in verify() if not verdict.holds] == []


def test_what_is_taken_back_after_the_end_is_written_on_in_the_same_thread(
    desk: Client, contact: Interaction, agent: Agent
) -> None:
    file = interactions.attach(interaction=contact, name="a.txt", content=b"a", by=agent, now=timezone.now())
    ours = send(desk, contact, attachment=[file.pk])
    text_of(desk.post(f"/interactions/{contact.pk}/ending/"))
    routing.complete_wrap_up(segment_id=contact.segments.get(agent=agent).pk, by=agent, now=timezone.now())
    page = text_of(desk.delete(f"/letters/{ours.pk}/sending/"))
    assert "Not sent:" in page
    answer = desk.post(f"/interactions/{contact.pk}/mails/", headers={"HX-Request": "true"})
    fresh = Interaction.objects.latest("pk")
    assert answer.headers["HX-Redirect"] == f"/interactions/{fresh.pk}/"
    assert (fresh.thread, fresh.direction) == (contact.thread, "out")
    page = text_of(desk.get(f"/interactions/{fresh.pk}/"))
    assert (">Tomorrow.</textarea>" in page, "a.txt" in page, chips(page, "to")) == (True, True, [ANA])


def test_it_is_too_late_when_it_has_gone_out(desk: Client, contact: Interaction, outside: World) -> None:
    ours = send(desk, contact)
    assert interactions.send_next(now=later())
    assert desk.delete(f"/letters/{ours.pk}/sending/").status_code == 409
    assert not Draft.objects.exists()


def test_what_was_tried_and_is_sent_again_by_a_person_is_not_taken_back(
    desk: Client, contact: Interaction, agent: Agent, outside: World
) -> None:
    outside.hang_up = True
    ours = send(desk, contact)
    interactions.send_next(now=later())
    assert interactions.send_again(message=ours.message, by=agent, now=timezone.now())
    assert desk.delete(f"/letters/{ours.pk}/sending/").status_code == 409


def test_of_undo_and_sending_at_the_same_moment_exactly_one_comes_to_pass(
    desk: Client, contact: Interaction, agent: Agent, outside: World
) -> None:
    for turn in range(12):
        ours = send(desk, contact, external_id=f"race-{turn}")
        start, won = threading.Barrier(2), dict[str, object]()

        def undo(ours: Letter = ours, start: threading.Barrier = start, won: dict[str, object] = won) -> None:
            start.wait()
            won["undo"] = interactions.take_back(message=ours.message, by=agent, now=timezone.now()) is not None
            connections.close_all()

        def go(start: threading.Barrier = start, won: dict[str, object] = won) -> None:
            start.wait()
            won["sent"] = interactions.send_next(now=later())
            connections.close_all()

        both = [threading.Thread(target=one) for one in (undo, go)]
        for one in both:
            one.start()
        for one in both:
            one.join(30)
        state = Message.objects.get(pk=ours.pk).state
        assert won["undo"] != won["sent"], won
        assert state == ("withdrawn" if won["undo"] else "sent")
    assert len(outside.mails) == Message.objects.filter(state="sent", author="agent").count()


def figured(event: Event) -> list[object]:
    happening = Happening(id=event.pk, kind=event.kind, at=event.at, by=event.by, data=event.data)
    return [one for one in statements(happening) if "first_reply_at" in str(one)]


def test_what_can_still_be_taken_back_has_answered_nobody(desk: Client, contact: Interaction, outside: World) -> None:
    """Neither for the clocks nor for the figures; when it is sent, it has."""
    send(desk, contact)
    interactions.send_next(now=later())
    added, sent = (Event.objects.filter(kind=kind).order_by("id").last() for kind in SAID)
    assert added
    assert sent
    assert (added.data.get("waits"), sent.data.get("waited"), sent.data.get("author")) == (True, True, "agent")
    assert [bool(figured(one)) for one in (added, sent)] == [False, True]


def test_without_a_wait_it_goes_out_at_once(
    account: ChannelAccount, desk: Client, contact: Interaction, outside: World
) -> None:
    ChannelAccount.objects.filter(pk=account.pk).update(settings={**account.settings, "undo_seconds": 0})
    send(desk, contact)
    assert interactions.send_next(now=timezone.now())


def test_the_time_that_was_chosen_is_there_in_another_browser(
    desk: Client, contact: Interaction, agent: Agent, account: ChannelAccount
) -> None:
    ana = Customer.objects.create(name="Ana Diaz", country="JP")
    interactions.identify(interaction=contact, customer=ana, assurance=1, why="picked", by=agent, now=timezone.now())
    wanted = f"{timezone.now() + timedelta(days=2):%Y-%m-%d}T09:30"
    file = SimpleUploadedFile("bill.txt", b"A bill")
    text_of(desk.post(f"/interactions/{contact.pk}/attachments/", {"file": file}))
    attached = Attachment.objects.get().pk
    chosen = {"send_at": wanted, "follow_up": "3", "back_to": "queue"}
    kept(desk, contact, cc=[BEN], bcc=[CARRIER], subject="Other", attachment=[attached], **chosen)
    page = text_of(at_desk(agent).get(f"/interactions/{contact.pk}/"))
    assert f'name="send_at" value="{wanted}"' in page
    assert '<option value="3" selected>' in page
    assert '<option value="queue" selected>' in page
    assert '<details class="later" open>' in page
    assert (chips(page, "cc"), chips(page, "bcc"), chips(page, "attachment")) == ([BEN], [CARRIER], [str(attached)])
    assert Draft.objects.get().send_at == datetime.fromisoformat(wanted).replace(tzinfo=ZoneInfo("Asia/Tokyo"))


def test_what_is_taken_back_keeps_the_time_that_was_chosen_for_it(desk: Client, contact: Interaction) -> None:
    wanted = f"{timezone.localtime() + timedelta(days=2):%Y-%m-%d}T09:30"
    ours = send(desk, contact, send_at=wanted, follow_up="3", back_to="queue")
    text_of(desk.delete(f"/letters/{ours.pk}/sending/"))
    page = text_of(desk.get(f"/interactions/{contact.pk}/"))
    assert f'name="send_at" value="{wanted}"' in page
    assert '<option value="3" selected>' in page
    assert '<option value="queue" selected>' in page
    again = send(desk, contact, external_id="desk-2")
    text_of(desk.delete(f"/letters/{again.pk}/sending/"))
    assert Draft.objects.get().send_at is None, "ten seconds are no choice"


def test_no_time_is_kept_of_what_is_none(desk: Client, contact: Interaction) -> None:
    assert kept(desk, contact, send_at="soon", follow_up="99", back_to="moon").status_code == 200
    draft = Draft.objects.get()
    assert (draft.send_at, draft.follow_up, draft.back_to) == (None, 0, "me")
