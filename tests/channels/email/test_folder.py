"""Where mail goes nowhere, as in the demo: it is written into a folder, once, and can be read in the demo shop."""

from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from fanal.channels.models import ChannelAccount
from fanal.environment import environment
from fanal.intake.mail.processing import process_waiting
from fanal.intake.mail.taking import take
from fanal.interactions import actions as interactions
from fanal.interactions.models import Author, DeliveryState, Interaction, Message
from fanal.running import mail
from tests.channels.email.letters import an_account, letter
from tests.people import an_agent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def answered(tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"  # type: ignore[attr-defined]
    monkeypatch.setattr(environment, "smtp_url", (tmp_path / "out going").as_uri())
    account = an_account(reply_address="support+{token}@shop.example")
    ChannelAccount.objects.filter(pk=account.pk).update(code="post")
    account.refresh_from_db()
    take(account=account, content=letter("Where is it?"), way="listener", now=timezone.now())
    process_waiting()
    interactions.add_message(
        interaction=Interaction.objects.get(), author=Author.AGENT, text="On <its> way", external_id="1",
        agent=an_agent(), now=timezone.now(),
    )  # fmt: skip
    return tmp_path / "out going"


def test_an_answer_is_one_file_however_often_it_is_tried(answered: Path) -> None:
    said = Message.objects.get(author="agent")
    for _ in range(2):
        assert interactions.send_next(now=timezone.now())
        said.refresh_from_db()
        assert said.state == DeliveryState.SENT
        Message.objects.filter(pk=said.pk).update(state=DeliveryState.UNKNOWN)
        said.refresh_from_db()
        assert interactions.send_again(message=said, by=an_agent("supervisor"), now=timezone.now())
    [file] = answered.glob("*")
    assert b"On <its> way" in file.read_bytes()


def test_a_folder_that_cannot_be_written_keeps_the_answer(answered: Path) -> None:
    answered.write_text("a file stands here")
    assert interactions.send_next(now=timezone.now())
    said = Message.objects.get(author="agent")
    assert said.state == DeliveryState.QUEUED
    assert said.letter.error


def test_the_demo_shop_shows_what_was_answered_and_how_to_write_back(
    answered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = {"identity_secret": "demo-shop-signs-with-this-in-this-test", "sites": ["self"]}
    ChannelAccount.objects.create(kind="webchat", code="shop", name="Shop", settings=shop)
    page = Client().get("/demo-shop/mail/").content.decode()
    assert "On &lt;its&gt; way" in page
    assert "support+" in page
    monkeypatch.setattr(environment, "smtp_url", "smtp://127.0.0.1:2525")
    assert "On &lt;its&gt; way" not in Client().get("/demo-shop/mail/").content.decode()


def test_the_programs_own_mail_goes_there_too() -> None:
    said = mail.settings("file:///a/folder%20here", "fanal@shop.example")
    assert said["EMAIL_FILE_PATH"] == "/a/folder here"
    with pytest.raises(ValueError, match="FANAL_SMTP_URL is"):
        mail.settings("ftp://host", "fanal@shop.example")
