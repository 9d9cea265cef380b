"""An e-mail account is set up by its form: passwords are kept and never shown, and nothing else is lost."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from fanal.agents.models import Agent
from fanal.channels.models import ChannelAccount, MailCursor
from fanal.channels.opening import opened
from fanal.configuration.actions.applying import export
from fanal.configuration.models import ConfigurationChange
from fanal.environment import environment
from fanal.intake.mail.room import mailboxes
from fanal.running.doctor import State
from fanal.running.doctor.letters import mail
from tests.channels.email.letters import an_account
from tests.office.test_administration import change
from tests.people import an_agent

pytestmark = pytest.mark.django_db
IMAP = {"imap_host": "mail.shop.example", "imap_user": "support", "imap_password": "very secret"}


@pytest.fixture
def office() -> Client:
    client = Client()
    client.force_login(admin(), backend="fanal.desk.accounts.backend.AgentBackend")
    return client


def admin() -> Agent:
    return an_agent("administrator")


def test_a_mailbox_is_set_up_and_read_from_then_on(office: Client) -> None:
    account = an_account()
    answer = change(office, f"/administration/accounts/{account.pk}/", **IMAP, signature_en="The shop")
    assert answer.status_code == 302
    [(read, server)] = mailboxes()
    assert (read, server.host, server.port, server.user) == (account, "mail.shop.example", 993, "support")
    assert server.password == "very secret"
    account.refresh_from_db()
    assert account.settings["signature"] == {"en": "The shop"}
    assert account.settings["queue"] == "post"


def test_a_password_is_never_shown_exported_or_remembered(office: Client) -> None:
    account = an_account()
    change(office, f"/administration/accounts/{account.pk}/", **IMAP)
    account.refresh_from_db()
    assert "very secret" not in str(account.settings)
    page = office.get(f"/administration/accounts/{account.pk}/").content.decode()
    sealed = account.settings["imap_password"]
    assert not [one for one in (page, str(export()), str(list(ConfigurationChange.objects.values()))) if sealed in one]
    assert "very secret" not in page


def test_a_password_that_is_not_typed_stays(office: Client) -> None:
    account = an_account()
    change(office, f"/administration/accounts/{account.pk}/", **IMAP)
    change(office, f"/administration/accounts/{account.pk}/", imap_port="1993")
    account.refresh_from_db()
    assert opened(account)["imap_password"] == "very secret"
    assert account.settings["imap"]["port"] == 1993
    change(office, f"/administration/accounts/{account.pk}/", imap_host="")
    account.refresh_from_db()
    assert "imap" not in account.settings
    assert "imap_password" not in account.settings


def test_that_a_password_changed_is_remembered_without_it(office: Client) -> None:
    account = an_account()
    change(office, f"/administration/accounts/{account.pk}/", **IMAP)
    before = ConfigurationChange.objects.count()
    change(office, f"/administration/accounts/{account.pk}/", imap_password="another")
    assert ConfigurationChange.objects.count() == before + 1
    assert ConfigurationChange.objects.latest("id").changes == {"secret": ["old", "new"]}


def test_an_address_for_answers_needs_its_place_for_the_token(office: Client) -> None:
    account = an_account()
    for wrong in ("reply@shop.example", "reply@{token}.example", "{token}"):
        answer = change(office, f"/administration/accounts/{account.pk}/", reply_address=wrong)
        assert answer.status_code == 422, wrong
    answer = change(office, f"/administration/accounts/{account.pk}/", reply_address="reply+{token}@shop.example")
    assert answer.status_code == 302


def test_what_proves_a_report_and_a_sender_is_set_with_the_account(office: Client) -> None:
    account = an_account()
    page = f"/administration/accounts/{account.pk}/"
    for wrong in ("bounce@shop.example", "bounce@{token}.example", f"{'b' * 40}{{token}}@shop.example"):
        answer = change(office, page, return_address=wrong)
        assert answer.status_code == 422, wrong
        assert "bounce+{token}@" in answer.content.decode()
    chosen = {"return_address": "bounce+{token}@shop.example", "authserv_hops": " IMAP.shop.example, mx.shop.example "}
    assert change(office, page, **chosen).status_code == 302
    account.refresh_from_db()
    assert account.settings["return_address"] == "bounce+{token}@shop.example"
    assert account.settings["authserv_hops"] == ["imap.shop.example", "mx.shop.example"]
    assert "imap.shop.example mx.shop.example" in office.get(page).content.decode()
    change(office, page, return_address="", authserv_hops="")
    account.refresh_from_db()
    assert not {"return_address", "authserv_hops"} & set(account.settings)


def test_the_doctor_says_which_mailbox_is_not_read_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(mail()) == []
    monkeypatch.setattr(environment, "smtp_url", "smtp://127.0.0.1")
    account = an_account(imap={"host": "mail.shop.example"})
    assert [finding.state for finding in mail()] == [State.FAIL]
    cursor = MailCursor.objects.create(account=account, began_at=timezone.now(), problem="LoginError: no")
    assert [finding.what for finding in mail()] == ["Support: LoginError: no"]
    MailCursor.objects.filter(pk=cursor.pk).update(problem="", looked_at=timezone.now())
    assert [finding.state for finding in mail()] == [State.OK]
    MailCursor.objects.filter(pk=cursor.pk).update(looked_at=timezone.now() - timedelta(hours=1))
    assert [finding.what for finding in mail()] == ["nobody looks into 1 of them"]


def test_a_password_that_travels_unencrypted_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "smtp_url", "smtp://127.0.0.1")
    servers = {
        "imap": {"host": "mail.x.example", "security": "none"},
        "smtp": {"host": "127.0.0.1", "security": "none"},
    }
    account = an_account(**servers)
    MailCursor.objects.create(account=account, began_at=timezone.now(), looked_at=timezone.now())
    told = [finding for finding in mail() if finding.state == State.FAIL]
    assert [finding.what for finding in told] == ["mail.x.example: the password travels unencrypted"]


def test_an_account_without_any_server_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "smtp_url", "")
    monkeypatch.setattr(environment, "mail_listen", "")
    account = an_account(listener=True)
    assert {finding.name for finding in mail() if finding.state == State.FAIL} == {"Mail listener", "Answers by mail"}
    ChannelAccount.objects.filter(pk=account.pk).update(active=False)
    assert list(mail()) == []
