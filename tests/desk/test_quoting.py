"""An answer by mail quotes what it answers: below the signature, folded on the desk, and nothing that is ours alone."""

from email.message import Message as Mail
from typing import Any

import pytest
from django.test import Client

from fanal.agents.models import Agent
from fanal.channels.models import ChannelAccount
from fanal.interactions import actions as interactions
from fanal.interactions.models import Draft, Interaction, Letter
from tests.channels.email.letters import letter
from tests.channels.email.outside import World
from tests.desk import test_composing as composing
from tests.desk.test_composing import at_desk, came, later, said, send, turned
from tests.journeys.test_desk_pages import take, text_of

pytestmark = pytest.mark.django_db(transaction=True)
agent, desk, files = composing.agent, composing.desk, composing.files
account, contact, outside = composing.account, composing.contact, composing.outside
SIGNED = {"signature": {"en": "The shop", "fr": "La boutique", "ar": "المتجر", "ru": "Магазин"}}


def part(mail: Mail, kind: str) -> str:
    found = next(one for one in mail.walk() if one.get_content_type() == kind)
    return str(found.get_payload(decode=True), "utf-8").replace("\r\n", "\n").strip()  # type: ignore[call-overload]


def first(contact: Interaction) -> Letter:
    return Letter.objects.filter(message__interaction=contact, ours=False).earliest("pk")


def quoting(desk: Client, contact: Interaction, **more: Any) -> Letter:
    return send(desk, contact, quotes="1", answers=first(contact).pk, **more)


@pytest.mark.parametrize(
    ("language", "wrote"),
    [("en", " wrote:"), ("fr", " a écrit"), ("ar", "كتب"), ("ru", "написал(а):"), ("pt", " wrote:"), ("", " wrote:")],
)
def test_an_answer_carries_what_it_answers_below_the_signature_in_the_customers_language(
    account: ChannelAccount, desk: Client, contact: Interaction, outside: World, language: str, wrote: str
) -> None:
    ChannelAccount.objects.filter(pk=account.pk).update(settings={**account.settings, **SIGNED, "html": True})
    Interaction.objects.filter(pk=contact.pk).update(language=language)
    ours = quoting(desk, contact)
    interactions.send_next(now=later())
    [mail] = outside.letters
    said_by_us, _signed, below = part(mail, "text/plain").partition("\n\n-- \n")
    signature, introduction, *quoted = below.replace("\n\n", "\n").split("\n")
    assert said_by_us == "Tomorrow."
    assert signature == SIGNED["signature"].get(language, "The shop")
    assert wrote in introduction
    assert "Ana Diaz <ana@customer.example>" in introduction
    assert quoted == ["> Where is it?"]
    assert '<blockquote type="cite"><p dir="ltr">Where is it?</p></blockquote>' in part(mail, "text/html")
    page = text_of(desk.get(f"/interactions/{contact.pk}/lines/"))
    assert page.index("Tomorrow.") < page.index("With what was quoted") < page.index("&gt; Where is it?")
    assert ours.message.text == "Tomorrow.", "what was said is what was typed"


def test_the_answer_to_it_is_read_without_it(
    account: ChannelAccount, desk: Client, contact: Interaction, outside: World
) -> None:
    ChannelAccount.objects.filter(pk=account.pk).update(settings={**account.settings, **SIGNED})
    ours = quoting(desk, contact, text="It comes tomorrow.")
    interactions.send_next(now=later())
    marked = "\n".join(f"> {line}" for line in part(outside.letters[0], "text/plain").splitlines())
    answer = f"Thank you!\n\nOn 22.11.2026 10:00, Support wrote:\n{marked}\n"
    back = came(account, letter(answer, in_reply_to=f"<{ours.header_id}>"))
    assert back.message.interaction_id == contact.pk
    assert back.message.text == "Thank you!"
    again = send(desk, contact, external_id="desk-2", quotes="1", answers=back.pk, text="Welcome.")
    assert again.whole.count("Thank you!") == 1
    assert ">>> Where is it?" in again.whole
    assert again.whole.count("The shop") == 2


def test_it_is_folded_on_the_desk_and_stays_away_when_it_was_taken_away(
    desk: Client, contact: Interaction, agent: Agent, outside: World
) -> None:
    page = text_of(desk.get(f"/interactions/{contact.pk}/"))
    assert 'name="quotes" value="1" checked' in page
    assert '<details class="letter-more"><summary>What is quoted</summary>' in page
    assert "&gt; Where is it?" in page
    desk.post(f"/interactions/{contact.pk}/draft/", said(window="w1", turn=1, answers=first(contact).pk))
    page = text_of(at_desk(agent).get(f"/interactions/{contact.pk}/"))
    assert 'name="quotes" value="1">' in page
    assert 'name="quotes" value="1" checked' not in page
    assert "checked" in turned(desk, contact, way="all", quotes="1", version=1, answers=first(contact).pk)
    assert not send(desk, contact, answers=first(contact).pk).whole
    interactions.send_next(now=later())
    assert "Where is it?" not in part(outside.letters[0], "text/plain")


def test_neither_notes_nor_pictures_from_elsewhere_are_quoted(
    account: ChannelAccount, desk: Client, outside: World
) -> None:
    ChannelAccount.objects.filter(pk=account.pk).update(settings={**account.settings, "html": True})
    html = '<p>Look</p><img src="https://evil.example/seen.gif" alt="pic"><script>alert(1)</script>'
    came(account, letter(html, content_type="text/html; charset=utf-8"))
    contact = take(desk)
    note = {"text": "Do not tell them", "as": "note", "external_id": "desk-0"}
    text_of(desk.post(f"/interactions/{contact.pk}/messages/", note))
    quoting(desk, contact)
    interactions.send_next(now=later())
    whole = part(outside.letters[0], "text/plain") + part(outside.letters[0], "text/html")
    assert "> Look" in whole
    for unwanted in ("Do not tell them", "evil.example", "<img", "alert(1)"):
        assert unwanted not in whole, unwanted


def test_a_mail_of_another_contact_is_not_quoted(account: ChannelAccount, desk: Client, contact: Interaction) -> None:
    other = came(account, letter("A secret", sender="Ben <ben@elsewhere.example>"))
    assert not send(desk, contact, quotes="1", answers=other.pk).whole


def test_the_preview_shows_it(desk: Client, contact: Interaction) -> None:
    answers = first(contact).pk
    page = text_of(desk.post(f"/interactions/{contact.pk}/preview/", said(quotes="1", answers=answers)))
    assert "&gt; Where is it?" in page


def test_taking_it_back_keeps_the_choice_and_the_words_apart(desk: Client, contact: Interaction) -> None:
    ours = quoting(desk, contact)
    text_of(desk.delete(f"/letters/{ours.pk}/sending/"))
    draft = Draft.objects.get()
    assert (draft.text, draft.quotes, draft.answers) == ("Tomorrow.", True, first(contact))


def test_a_long_mail_is_handed_on_whole(account: ChannelAccount, desk: Client, outside: World) -> None:
    long = "\n".join(f"line {number} of a long story" for number in range(2000))
    came(account, letter(long))
    contact = take(desk)
    turned(desk, contact, way="forward", answers=first(contact).pk, text="Please look.")
    draft = Draft.objects.get()
    assert len(draft.text) > 40_000
    send(desk, contact, external_id=draft.key, text=draft.text, way="forward", subject="Fwd: x", to=["x@depot.example"])
    interactions.send_next(now=later())
    assert "line 1999 of a long story" in part(outside.letters[0], "text/plain")
