"""Rows that are written with statements prepared once are what `save` would have written."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from fanal.channels.models import ChannelAccount, ChannelKind, RawEvent, RawState
from fanal.running.connections.updating import update

pytestmark = pytest.mark.django_db


@pytest.fixture
def raw() -> RawEvent:
    account = ChannelAccount.objects.create(kind=ChannelKind.SIMULATED, code="written", name="Written")
    return RawEvent.objects.create(
        account=account, external_id="1", kind="message", source="a", body={"text": "é"}, received_at=timezone.now()
    )


def test_only_the_named_fields_are_written(raw: RawEvent) -> None:
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    raw.state, raw.processed_at, raw.body, raw.reason = RawState.PROCESSED, at, {"text": ["ж", None]}, "not written"
    update(raw, "state", "processed_at", "body")
    found = RawEvent.objects.get(pk=raw.pk)
    assert (found.state, found.processed_at, found.body) == (RawState.PROCESSED, at, {"text": ["ж", None]})
    assert found.reason == ""


def test_a_reference_is_written_and_emptied(raw: RawEvent) -> None:
    other = ChannelAccount.objects.create(kind=ChannelKind.SIMULATED, code="other", name="Other")
    raw.account, raw.processed_at = other, None
    update(raw, "account", "processed_at")
    assert RawEvent.objects.get(pk=raw.pk).account == other


def test_a_row_that_is_gone_is_not_passed_over(raw: RawEvent) -> None:
    gone = RawEvent.objects.get(pk=raw.pk)
    raw.delete()
    with pytest.raises(RawEvent.DoesNotExist):
        update(gone, "state")
