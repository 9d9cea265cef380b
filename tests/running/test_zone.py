"""The company's time zone holds for the whole program: times are shown in it, and days begin and end in it."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from fanal.channels.models import ChannelAccount, ChannelKind, RawEvent
from fanal.configuration.models import Company
from fanal.desk.supervision import arrivals
from fanal.kpis import periods
from fanal.running import zone

pytestmark = pytest.mark.django_db
EVENING = datetime(2026, 3, 10, 20, tzinfo=UTC)  # a quarter to two on the next day in Kathmandu


@pytest.fixture(autouse=True)
def utc(settings: Any) -> None:
    settings.TIME_ZONE = "UTC"


def test_every_process_follows_the_companys_zone() -> None:
    zone.follow()
    assert django_settings.TIME_ZONE == "UTC", "there is no company yet"
    company = Company.objects.create(name="Kiosk", zone="Asia/Kathmandu")
    zone.follow()
    assert f"{timezone.localtime(EVENING):%d %H:%M}" == "11 01:45"
    assert periods.day_of(EVENING).date() == timezone.localdate(EVENING) == date(2026, 3, 11)
    Company.objects.filter(pk=company.pk).update(zone="Nowhere/Atall")
    zone.follow()
    assert django_settings.TIME_ZONE == "Asia/Kathmandu", "what is no zone is not followed"


def test_what_came_is_counted_on_the_companys_day_and_opens_the_rows_of_that_day() -> None:
    Company.objects.create(name="Kiosk", zone="Asia/Kathmandu")
    zone.follow()
    account = ChannelAccount.objects.create(kind=ChannelKind.WEBCHAT, code="shop", name="Shop")
    RawEvent.objects.create(account=account, external_id="1", kind="message", source="x", body={}, received_at=EVENING)
    (line,) = arrivals.lines(until=date(2026, 3, 11))
    assert line.on == date(2026, 3, 11)
    assert arrivals.rows(arrivals.asked({"on": "2026-03-11"})).count() == 1
    assert arrivals.rows(arrivals.asked({"on": "2026-03-10"})).count() == 0
