"""One answer to all: each person once, by their own way, through the gate, in their own case; never twice."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from fanal.cases import actions as cases
from fanal.cases.history import history_of
from fanal.cases.models import Case
from fanal.channels.models import ChannelAccount
from fanal.consent.models import Suppression
from fanal.customers.models import ContactPoint, Customer
from fanal.events.models import Event
from fanal.interactions import actions as interactions
from fanal.interactions.models import AnswerCopy, Interaction, Letter, Message, SharedAnswer
from fanal.running.verify import invariants

ADDRESS = "support@shop.example"


@pytest.fixture
def account() -> ChannelAccount:
    return ChannelAccount.objects.create(kind="email", code="support", name="Support", address=ADDRESS)


@pytest.fixture
def desk(shop, client):
    client.force_login(shop.agent)
    return client


def broken() -> list[str]:
    """The promises about messages, mails and contacts that do not hold."""
    found = []
    for one in invariants():
        if one.name in ("letters_are_where_they_say", "outbound_has_a_clearance", "interaction_has_a_segment"):
            with connection.cursor() as cursor:
                cursor.execute(one.sql)
                found += [one.name] if cursor.fetchall() else []
    return found


def somebody(name: str, *addresses: str, **more: Any) -> Customer:
    person = Customer.objects.create(name=name, given_name=name.split()[0], **more)
    for address in addresses:
        ContactPoint.objects.create(customer=person, kind="email", value=address)
    return person


def opened(shop, clock, customer: Customer | None = None, **more: Any) -> Case:
    given = {"type": shop.enquiry, "subject": "The router does not start", "now": clock.after(60), "by": shop.agent}
    return cases.open_case(**given | {"customer": customer} | more)


def a_mail_about(case: Case, account: ChannelAccount, address: str, clock, *, ended: bool = False) -> Interaction:
    """Somebody wrote about the case; their thread is known by its first mail."""
    contact = interactions.start(account=account, source=address, thread=f"{case.pk:024x}", now=clock.after(1))
    said = interactions.add_message(
        interaction=contact, author="customer", text="It does not start", external_id=f"m{case.pk}", now=clock.after(1)
    )
    Letter.objects.create(
        message=said, account=account, at=clock.after(1), header_id=f"{case.pk}@customer.example", sender=address,
        subject="My router",
    )  # fmt: skip
    interactions.add_topic(interaction=contact, case=case, origin="agent", now=clock.after(1))
    if ended:
        interactions.end_talk(interaction=contact, reason="agent", now=clock.after(1))
    return contact


def below(shop, clock, *some: Case) -> Case:
    return cases.make_problem(subject="Bad firmware", cases=list(some), now=clock.after(1), by=shop.agent)


def share(problem: Case, some: list[Case], shop, clock, text: str = "Dear {{ name }}, {{ case }} is mended.") -> Any:
    answer = interactions.share_answer(
        case=problem, cases=some, subject="Your router", text=text, by=shop.agent, now=clock.after(1)
    )
    return answer, interactions.write_copies(answer=answer.pk, now=clock.after(1))


def copies(answer: SharedAnswer) -> dict[int, tuple[str, str]]:
    return {one.case_id: (one.state, one.why) for one in AnswerCopy.objects.filter(answer=answer)}


def test_each_gets_a_message_of_their_own_in_their_own_thread_and_case(shop, clock, account):
    ana, ben, cora = somebody("Ana Diaz"), somebody("Ben Ali"), somebody("Cora Lind", "cora@home.example")
    talks, wrote, neither = (opened(shop, clock, one) for one in (ana, ben, cora))
    running = a_mail_about(talks, account, "ana@customer.example", clock)
    before = a_mail_about(wrote, account, "ben@customer.example", clock, ended=True)
    answer, written = share(below(shop, clock, talks, wrote, neither), [talks, wrote, neither], shop, clock)
    assert written == 3
    first, second, third = Letter.objects.filter(ours=True).select_related("message__interaction").order_by("pk")
    assert [(one.to, one.cc, one.bcc) for one in (first, second, third)] == [
        (["ana@customer.example"], [], []), (["ben@customer.example"], [], []), (["cora@home.example"], [], []),
    ]  # fmt: skip
    assert first.message.interaction == running
    assert (second.message.interaction.thread, second.subject) == (before.thread, "Re: My router")
    assert second.references == [f"{wrote.pk}@customer.example"]
    assert third.subject == f"[{neither.number}] Your router"
    assert third.message.interaction.thread not in ("", before.thread)
    assert third.message.text == f"Dear Cora, {neither.number} is mended."
    assert [one.message.clearance.basis for one in (first, second, third)] == ["own_contact", "own_contact", "contract"]
    assert [one.message.interaction.ended_at is None for one in (first, second, third)] == [True, False, False]
    for case, letter in ((talks, first), (wrote, second), (neither, third)):
        assert letter.message.interaction.topics.get().case == case
    answer.refresh_from_db()
    assert answer.done_at is not None
    assert broken() == []


def test_the_same_answer_reaches_nobody_twice_but_whoever_came_later(shop, clock, account):
    one = opened(shop, clock, somebody("Ana Diaz", "ana@customer.example"))
    problem = below(shop, clock, one)
    answer, _ = share(problem, [one], shop, clock)
    later = opened(shop, clock, somebody("Ben Ali", "ben@customer.example"))
    again, written = share(problem, [one, later], shop, clock)
    assert (again.pk, written, Message.objects.count()) == (answer.pk, 1, 2)
    assert share(problem, [one, later], shop, clock)[1] == 0


def test_a_worker_that_dies_in_between_leaves_the_rest_to_the_next(shop, clock, account, monkeypatch):
    some = [opened(shop, clock, somebody(f"P{n} X", f"p{n}@customer.example")) for n in range(3)]
    answer = interactions.share_answer(
        case=below(shop, clock, *some), cases=some, subject="S", text="T", by=shop.agent, now=clock.after(1)
    )
    from fanal.interactions.actions import sharing

    assert sharing._write_one(answer.pk, clock.after(1)) == 1
    assert interactions.write_what_is_left(now=clock.after(1)) == 2
    assert interactions.write_what_is_left(now=clock.after(1)) == 0
    assert Letter.objects.count() == 3


def test_several_cases_of_one_person_are_one_message_in_each_of_them(shop, clock, account):
    ana = somebody("Ana Diaz", "ana@customer.example")
    one, two = opened(shop, clock, ana), opened(shop, clock, ana)
    answer, written = share(below(shop, clock, one, two), [one, two], shop, clock)
    assert (written, Message.objects.count()) == (1, 1)
    assert f"{one.number}, {two.number}" in Message.objects.get().text
    assert {topic.case for topic in Interaction.objects.get().topics.all()} == {one, two}
    assert set(copies(answer).values()) == {("written", "")}


def test_who_cannot_or_must_not_be_written_to_is_left_out_with_the_reason(shop, clock, account):
    left = somebody("Ana Left", "left@alone.example")
    Suppression.objects.create(kind="email", value="left@alone.example", purpose="", since=clock.now, evidence="letter")
    back = somebody("Ben Back", "back@customer.example")
    back.contact_points.update(state="bounced")
    shared = somebody("Cora Shared", "family@home.example")
    shared.contact_points.update(shared=True)
    people = (left, back, shared, somebody("Dan Nowhere"), None)
    some = [opened(shop, clock, one) for one in people]
    answer, written = share(below(shop, clock, *some), some, shop, clock)
    assert (written, Message.objects.count()) == (0, 0)
    assert [copies(answer)[one.pk][1] for one in some] == ["suppressed", "bounced", "shared", "no_address", "nobody"]
    refused = Event.objects.get(kind="contact.refused")
    assert (refused.data["reason"], refused.data["customer"]) == ("suppressed", left.pk)


def test_one_that_cannot_be_written_holds_up_nobody(shop, clock, account, monkeypatch):
    some = [opened(shop, clock, somebody(f"P{n} X", f"p{n}@customer.example")) for n in range(3)]
    from fanal.interactions.actions import sharing

    write = sharing.begin_by_mail

    def broken_for_one(*, customer, **more):
        if customer.name == "P1 X":
            raise ValueError
        return write(customer=customer, **more)

    monkeypatch.setattr(sharing, "begin_by_mail", broken_for_one)
    answer, written = share(below(shop, clock, *some), some, shop, clock)
    assert written == 2
    assert [copies(answer)[one.pk] for one in some] == [("written", ""), ("left_out", "failed"), ("written", "")]


def test_who_talks_with_us_in_a_chat_gets_it_there(shop, clock, account):
    case = opened(shop, clock, somebody("Ana Diaz", "ana@customer.example"))
    chat = ChannelAccount.objects.create(kind="webchat", code="c", name="Chat")
    talk = interactions.start(account=chat, source="v1", now=clock.after(1))
    interactions.add_topic(interaction=talk, case=case, origin="agent", now=clock.after(1))
    share(below(shop, clock, case), [case], shop, clock)
    assert talk.messages.get().text == f"Dear Ana, {case.number} is mended."
    assert not Letter.objects.exists()


def test_who_only_claims_to_be_a_customer_gets_neither_their_name_nor_their_cases(shop, clock, account):
    """Somebody types Ana's order number in a chat and leaves an address of their own for the answer."""
    ana = somebody("Ana Diaz", "ana@customer.example")
    claimed, hers = opened(shop, clock, ana), opened(shop, clock, ana)
    chat = ChannelAccount.objects.create(kind="webchat", code="c", name="Chat")
    talk = interactions.start(account=chat, source="v1", now=clock.after(1))
    interactions.identify(interaction=talk, customer=ana, assurance=1, why="order_number", by=None, now=clock.after(1))
    interactions.add_topic(interaction=talk, case=claimed, origin="agent", now=clock.after(1))
    interactions.ask_for_mail(interaction=talk, address="eve@evil.example", now=clock.after(1))
    interactions.end_talk(interaction=talk, reason="agent", now=clock.after(1))
    _answer, written = share(below(shop, clock, claimed, hers), [claimed, hers], shop, clock)
    assert written == 2
    letters = {one.to[0]: one for one in Letter.objects.filter(ours=True).select_related("message__interaction")}
    to_eve, to_ana = letters["eve@evil.example"], letters["ana@customer.example"]
    assert to_eve.message.text == f"Dear, {claimed.number} is mended."
    assert to_ana.message.text == f"Dear Ana, {hers.number} is mended."
    assert [one.case for one in to_eve.message.interaction.topics.all()] == [claimed]
    assert [one.case for one in to_ana.message.interaction.topics.all()] == [hers]


def test_it_stands_in_the_history_of_the_problem_and_of_each_case(shop, clock, account):
    case = opened(shop, clock, somebody("Ana Diaz", "ana@customer.example"))
    problem = below(shop, clock, case)
    share(problem, [case], shop, clock)
    assert [line.by for line in history_of(problem) if line.kind == "answered_all"] == [shop.agent.pk]
    assert Interaction.objects.filter(topics__case=case, direction="out").exists()


def test_the_answer_to_it_comes_back_to_the_same_case(shop, clock, account, settings, tmp_path):
    from fanal.intake.actions import process
    from fanal.intake.mail.taking import take
    from tests.channels.email.letters import letter as a_letter

    settings.MEDIA_ROOT = tmp_path
    ChannelAccount.objects.filter(pk=account.pk).update(settings={"queue": shop.queue.code})
    account.refresh_from_db()
    case = opened(shop, clock, somebody("Ana Diaz", "ana@customer.example"))
    share(below(shop, clock, case), [case], shop, clock)
    ours = Letter.objects.get()
    content = a_letter("It still does not.", in_reply_to=f"<{ours.header_id}>")
    raw = take(account=account, content=content, way="imap", now=clock.after(60))
    assert process(raw_id=raw.pk, now=clock.after(1)).reason == ""
    back = Interaction.objects.latest("pk")
    assert (back.thread, back.topics.get().case) == (ours.message.interaction.thread, case)


def test_the_page_shows_each_reader_before_anything_is_sent(shop, desk, clock, account):
    ana, dan = somebody("Ana Diaz", "ana@customer.example"), somebody("Dan Nowhere")
    one, two = opened(shop, clock, ana), opened(shop, clock, dan)
    problem = below(shop, clock, one, two)
    page = desk.get(f"/cases/{problem.pk}/answers/").content.decode()
    for wanted in ("Ana Diaz", "ana@customer.example", "Dan Nowhere", "There is no address to send to"):
        assert wanted in page
    given = {"text": "Dear {{ name }}, {{ order }}", "subject": "Router", "case": [one.pk, two.pk], "do": "preview"}
    page = desk.post(f"/cases/{problem.pk}/answers/", given).content.decode()
    assert "Dear Ana, {{ order }}" in page
    assert "nothing for order" in page
    assert "Send to one person" in page
    refused = desk.post(f"/cases/{problem.pk}/answers/", {**given, "do": "send"})
    assert (refused.status_code, "order" in refused.content.decode()) == (422, True)
    assert not SharedAnswer.objects.exists()
    sent = desk.post(f"/cases/{problem.pk}/answers/", {**given, "text": "Dear {{ name }}", "do": "send"})
    answer = SharedAnswer.objects.get()
    assert sent.headers["Location"] == f"/cases/{problem.pk}/answers/{answer.pk}/"
    assert "goes out in" in desk.get(sent.headers["Location"]).content.decode()
    SharedAnswer.objects.update(goes_at=timezone.now())
    assert "Being written" in desk.get(sent.headers["Location"]).content.decode()
    interactions.write_copies(answer=answer.pk, now=timezone.now() + timedelta(minutes=1))
    page = desk.get(sent.headers["Location"]).content.decode()
    for wanted in ("All done", "2 of 2", "Queued", "Left out", "There is no address to send to"):
        assert wanted in page


def test_a_case_that_is_no_problem_offers_those_like_it(shop, desk, clock, account):
    one, two = (opened(shop, clock, somebody(f"P{n} X", f"p{n}@customer.example")) for n in range(2))
    page = desk.get(f"/cases/{one.pk}/answers/").content.decode()
    assert str(two.number) in page
    assert desk.post(f"/cases/{one.pk}/answers/", {"text": "T", "do": "send"}).status_code == 422


def test_it_can_be_taken_back_before_anything_of_it_is_written(shop, desk, clock, account):
    one, two = (opened(shop, clock, somebody(f"P{n} X", f"p{n}@customer.example")) for n in range(2))
    problem = below(shop, clock, one, two)
    given = {"text": "Dear {{ name }}", "subject": "Router", "case": [one.pk, two.pk], "do": "send"}
    page = desk.post(f"/cases/{problem.pk}/answers/", given).headers["Location"]
    answer = SharedAnswer.objects.get()
    assert answer.goes_at > timezone.now() + timedelta(seconds=8)
    assert interactions.write_copies(answer=answer.pk, now=timezone.now()) == 0, "it waits"
    assert interactions.write_what_is_left(now=timezone.now()) == 0
    assert "Undo" in desk.get(page).content.decode()
    back = desk.delete(f"{page}sending/").content.decode()
    assert "Taken back" in back
    assert "Undo" not in back
    late = timezone.now() + timedelta(minutes=5)
    assert interactions.write_copies(answer=answer.pk, now=late) == interactions.write_what_is_left(now=late) == 0
    assert (Message.objects.filter(author="agent").count(), Letter.objects.filter(ours=True).count()) == (0, 0)
    assert set(copies(answer).values()) == {("undone", "")}
    assert [line.kind for line in history_of(problem)][-2:] == ["answered_all", "answer_taken_back"]
    [told] = Event.objects.filter(kind="answer.taken_back")
    assert (told.data["answer"], told.data["number"]) == (answer.pk, 2)
    again = desk.get(f"/cases/{problem.pk}/answers/", {"again": answer.pk}).content.decode()
    assert "Dear {{ name }}</textarea>" in again
    assert len(re.findall(r'name="case"[^>]* checked', again)) == 2
    desk.post(f"/cases/{problem.pk}/answers/", given)
    assert interactions.write_copies(answer=answer.pk, now=late) == 2, "the same words reach them, once"
    assert broken() == []


def test_it_is_too_late_when_its_time_has_come(shop, desk, clock, account):
    one = opened(shop, clock, somebody("Ana Diaz", "ana@customer.example"))
    problem = below(shop, clock, one)
    page = desk.post(f"/cases/{problem.pk}/answers/", {"text": "T", "case": one.pk, "do": "send"}).headers["Location"]
    SharedAnswer.objects.update(goes_at=timezone.now())
    refused = desk.delete(f"{page}sending/")
    assert (refused.status_code, "too late" in refused.content.decode()) == (409, True)
    answer = SharedAnswer.objects.get()
    assert interactions.write_copies(answer=answer.pk, now=timezone.now()) == 1
    assert interactions.take_answer_back(answer=answer, by=shop.agent, now=timezone.now()) == 0
    assert not Event.objects.filter(kind="answer.taken_back").exists()


def test_of_two_answers_in_the_same_words_the_one_that_went_out_stays(shop, desk, clock, account):
    one = opened(shop, clock, somebody("Ana Diaz", "ana@customer.example"))
    later = opened(shop, clock, somebody("Ben Ali", "ben@customer.example"))
    problem = below(shop, clock, one, later)
    answer, written = share(problem, [one], shop, clock)
    soon = timezone.now() + timedelta(seconds=10)
    interactions.share_answer(
        case=problem, cases=[one, later], subject="Your router", text=answer.text, goes_at=soon, by=shop.agent,
        now=timezone.now(),
    )  # fmt: skip
    assert interactions.take_answer_back(answer=answer, by=shop.agent, now=timezone.now()) == written == 1
    assert {state for state, _why in copies(answer).values()} == {"written", "undone"}


def test_each_gets_below_the_answer_what_they_wrote_last_and_nobody_elses_words(shop, clock, account, desk):
    ana, ben, cora = somebody("Ana Diaz"), somebody("Ben Ali"), somebody("Cora Lind", "cora@home.example")
    talks, wrote, neither = (opened(shop, clock, one) for one in (ana, ben, cora))
    running = a_mail_about(talks, account, "ana@customer.example", clock)
    a_mail_about(wrote, account, "ben@customer.example", clock, ended=True)
    other = interactions.add_message(
        interaction=running, author="customer", text="Me too, says the neighbour", external_id="n1", now=clock.after(1)
    )
    Letter.objects.create(
        message=other, account=account, at=clock.after(1), header_id="n1@customer.example", sender="n@other.example",
        subject="My router",
    )  # fmt: skip
    late = interactions.add_message(
        interaction=running, author="customer", text="And it hums", external_id="h1", now=clock.after(1)
    )
    Letter.objects.create(
        message=late, account=account, at=clock.after(1), header_id="h1@customer.example",
        sender="ana@customer.example", subject="My router", references=[f"{talks.pk}@customer.example"],
    )  # fmt: skip
    problem = below(shop, clock, talks, wrote, neither)
    desk.force_login(shop.supervisor)
    given = {"text": "It is mended.", "subject": "S", "case": [talks.pk, wrote.pk, neither.pk], "do": "preview"}
    shown = desk.post(f"/cases/{problem.pk}/answers/", given).content.decode()
    assert shown.count("What they get") == 3
    assert shown.count("&gt; And it hums") == shown.count("&gt; It does not start") == 1
    share(problem, [talks, wrote, neither], shop, clock, text="It is mended.")
    first, second, third = Letter.objects.filter(ours=True).select_related("message").order_by("pk")
    assert first.references == [f"{talks.pk}@customer.example", "h1@customer.example"]
    assert second.references == [f"{wrote.pk}@customer.example"]
    assert "> And it hums" in first.whole
    assert "ben@customer.example" in second.whole
    assert "> It does not start" in second.whole
    assert "neighbour" not in first.whole + second.whole
    assert [one.message.text for one in (first, second)] == ["It is mended."] * 2
    assert (third.whole, third.references) == ("", [])
    share(problem, [talks, wrote], shop, clock, text="Once more.")
    again = Letter.objects.filter(ours=True).order_by("pk")[3]
    assert again.references[-1] == "h1@customer.example", "what they wrote last is answered, not what we did"
    assert "It is mended" not in again.whole
    assert broken() == []


def test_a_mail_begun_in_an_old_thread_answers_and_quotes_what_they_wrote_last(shop, clock, account, desk):
    from fanal.routing import actions as routing

    case = opened(shop, clock, somebody("Ben Ali"), owner=shop.agent)
    before = a_mail_about(case, account, "ben@customer.example", clock, ended=True)
    begun = routing.begin_mail(
        route=interactions.way_to(case).route, customer=case.customer, cases=[case], practice=False, by=shop.agent,
        now=timezone.now(),
    )  # fmt: skip
    letter = Letter.objects.get(message__interaction=before)
    page = desk.get(f"/interactions/{begun.pk}/").content.decode()
    assert "It does not start" in page
    assert f'name="answers" value="{letter.pk}"' in page
    given = {
        "text": "Try again, please.", "external_id": "k1", "to": "ben@customer.example", "subject": "Re: My router",
        "answers": letter.pk, "quotes": "1", "way": "reply",
    }  # fmt: skip
    sent = desk.post(f"/interactions/{begun.pk}/messages/", given, headers={"HX-Request": "true"})
    assert sent.status_code == 200, sent.content.decode()
    ours = Letter.objects.get(ours=True)
    assert ours.references == [letter.header_id]
    assert "> It does not start" in ours.whole
    stranger = a_mail_about(opened(shop, clock, somebody("Eve")), account, "eve@other.example", clock)
    foreign = Letter.objects.get(message__interaction=stranger)
    desk.post(
        f"/interactions/{begun.pk}/messages/",
        given | {"answers": foreign.pk, "external_id": "k2"},
        headers={"HX-Request": "true"},
    )
    assert foreign.header_id not in Letter.objects.filter(ours=True).latest("pk").references
