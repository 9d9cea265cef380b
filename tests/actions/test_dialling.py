"""Whoever wishes to call a number outside: each wish is kept, and no two pass a cap together."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.consent.models import Suppression
from fanal.events.models import Event
from fanal.interactions import actions as interactions
from fanal.interactions.models import Dial, DialFor, Leg, LegKind
from fanal.interactions.wording import why_not_called
from tests.office.test_administration import change
from tests.people import an_agent

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
THEIRS = "+4722334455"

pytestmark = pytest.mark.django_db


def number(**dialling: Any) -> ChannelAccount:
    told = {"trunk": "carrier", "countries": ["NO"]} | dialling
    return ChannelAccount.objects.create(
        kind=ChannelKind.VOICE, code="phone", name="Phone", address="+4780012345",
        settings={"region": "NO", "dialling": told},
    )  # fmt: skip


def dial(account: ChannelAccount, said: str = THEIRS, **more: Any) -> Dial:
    return interactions.dial(
        account=account, number=said, **({"what_for": DialFor.CALL, "by": None, "now": NOW} | more)
    )


def test_what_is_allowed_refers_to_its_clearance_and_what_is_not_says_why() -> None:
    account, robin = number(), an_agent()
    allowed, refused = dial(account, "22 33 44 55", by=robin), dial(account, "+44 20 7946 0018", by=robin)
    assert (allowed.number, allowed.refused, allowed.country) == (THEIRS, "", "NO")
    assert allowed.clearance is not None
    assert (allowed.clearance.purpose, allowed.clearance.address) == ("service", THEIRS)
    assert (refused.refused, refused.value, refused.clearance) == ("country", "GB", None)
    assert "GB" in why_not_called(refused.refused, refused.value)
    told = Event.objects.get(kind="dial.refused")
    assert set(told.audience) == {"supervision", f"agent:{robin.pk}"}
    assert "7946" not in str(told.data)


def test_everybody_sees_their_own_wishes_and_an_administrator_all() -> None:
    account, robin, kim = number(), an_agent(), an_agent()
    mine, theirs = dial(account, by=robin), dial(account, "112", by=kim)
    assert list(Dial.objects.visible_to(robin)) == [mine]
    assert set(Dial.objects.visible_to(an_agent("administrator"))) == {mine, theirs}


def test_asking_beforehand_leaves_nothing_behind() -> None:
    account = number()
    assert interactions.may_dial(account=account, number="1881", what_for=DialFor.CALL, by=None, now=NOW).refused
    assert not interactions.may_dial(account=account, number=THEIRS, what_for=DialFor.CALL, by=None, now=NOW).refused
    assert not Dial.objects.exists()


def test_who_asked_to_be_left_alone_is_not_called() -> None:
    account = number()
    Suppression.objects.create(kind="phone", value=THEIRS, since=NOW, evidence="said so")
    assert dial(account).refused == "suppressed"
    assert dial(account, what_for=DialFor.TRANSFER).refused == "suppressed"
    assert dial(account, what_for=DialFor.CALLBACK, asked_at=NOW).refused == "suppressed"
    Suppression.objects.update(purpose="service")
    assert dial(account, what_for=DialFor.CALLBACK).refused == "suppressed"
    assert dial(account, what_for=DialFor.CALLBACK, asked_at=NOW).refused == ""


def test_at_night_only_those_are_called_who_wait_for_it_or_are_brought_into_a_talk() -> None:
    account, night = number(), NOW.replace(hour=22)
    assert dial(account, now=night).refused == "hour"
    assert dial(account, what_for=DialFor.CALLBACK, asked_at=night, now=night).refused == ""
    assert dial(account, what_for=DialFor.CALLBACK, asked_at=night - timedelta(hours=3), now=night).refused == "hour"
    assert dial(account, what_for=DialFor.CONFERENCE, now=night).refused == ""


def test_calls_transfers_and_conferences_count_together_for_a_day_and_refusals_do_not() -> None:
    account, robin, kim = number(calls_of_agent=3, calls=4), an_agent(), an_agent()
    dial(account, "112", by=robin)
    for what in (DialFor.CALL, DialFor.TRANSFER, DialFor.CONFERENCE):
        assert dial(account, by=robin, what_for=what).refused == ""
    assert dial(account, by=robin, what_for=DialFor.TRANSFER).refused == "calls_of_agent"
    assert dial(account, by=kim).refused == ""
    assert dial(account, by=kim).refused == "calls"
    assert dial(account, by=robin, now=NOW + timedelta(hours=24)).refused == ""


def test_minutes_that_run_count_too() -> None:
    account, robin = number(minutes_of_agent=10), an_agent()
    going = dial(account, by=robin)
    contact = interactions.start(account=account, source=THEIRS, now=NOW)
    Leg.objects.create(interaction=contact, kind=LegKind.OUTSIDE, line="o-1", dial=going, began_at=NOW, answered_at=NOW)
    assert dial(account, by=robin, now=NOW + timedelta(minutes=9)).refused == ""
    assert dial(account, by=robin, now=NOW + timedelta(minutes=10)).refused == "minutes_of_agent"
    with pytest.raises(IntegrityError), transaction.atomic():
        Leg.objects.create(interaction=contact, kind=LegKind.OUTSIDE, line="o-2", dial=going, began_at=NOW)


@pytest.mark.django_db(transaction=True)
def test_wishes_at_the_same_moment_do_not_pass_a_cap_together() -> None:
    account, robin = number(calls_of_agent=3), an_agent()
    begin = threading.Barrier(8)

    def wish() -> None:
        try:
            begin.wait()
            dial(account, by=robin)
        finally:
            connection.close()

    wishing = [threading.Thread(target=wish) for _ in range(8)]
    for thread in wishing:
        thread.start()
    for thread in wishing:
        thread.join()
    assert Dial.objects.filter(refused="").count() == 3
    assert Dial.objects.filter(refused="calls_of_agent").count() == 5


def test_an_administrator_says_who_may_be_called_and_sees_what_was_refused(client: Client) -> None:
    account = ChannelAccount.objects.create(kind=ChannelKind.VOICE, code="phone", name="Phone", address="+4780012345")
    client.force_login(an_agent("administrator"), backend="fanal.desk.accounts.backend.AgentBackend")
    page = f"/administration/accounts/{account.pk}/"
    answer = change(client, page, out_trunk="carrier", out_countries="no, XX", out_opens="09:00", out_closes="08:00")
    assert b"is no country" in answer.content
    assert b"later than" in answer.content
    answer = change(client, page, out_trunk="carrier", out_countries="no se", out_calls="0", out_closes="18:00")
    assert answer.status_code == 302
    account.refresh_from_db()
    assert account.settings["dialling"]["countries"] == ["NO", "SE"]
    assert interactions.may_dial(account=account, number=THEIRS, what_for=DialFor.CALL, by=None, now=NOW).value == "0"
    dial(account)
    assert THEIRS in client.get("/administration/dials/?refused").content.decode()
