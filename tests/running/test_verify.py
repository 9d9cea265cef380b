"""The invariants: each is a sentence with a query that runs, and what breaks one is found."""

import datetime as dt

import pytest

from fanal.channels.models import ChannelAccount
from fanal.interactions.models import Interaction, Segment
from fanal.running.verify import invariants, verify

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


def test_every_invariant_is_a_sentence_with_a_query() -> None:
    found = invariants()
    assert len(found) >= 8
    for invariant in found:
        assert invariant.sentence[0].isupper(), invariant.name
        assert invariant.sentence.endswith("."), invariant.name
        assert invariant.sql.startswith(("SELECT", "WITH")), invariant.name


@pytest.mark.django_db(transaction=True)
def test_an_empty_installation_keeps_every_promise() -> None:
    assert [verdict.invariant.name for verdict in verify() if not verdict.holds] == []


@pytest.mark.django_db(transaction=True)
def test_a_contact_that_nobody_owns_is_found_with_its_number() -> None:
    account = ChannelAccount.objects.create(kind="webchat", code="shop", name="Shop")
    lost = Interaction.objects.create(account=account, channel="webchat", source="v1", started_at=NOW)
    owned = Interaction.objects.create(account=account, channel="webchat", source="v2", started_at=NOW)
    Segment.objects.create(interaction=owned, kind="bot", started_at=NOW)
    broken = {verdict.invariant.name: verdict for verdict in verify() if not verdict.holds}
    assert set(broken) == {"interaction_has_a_segment", "open_interaction_is_owned"}
    assert broken["interaction_has_a_segment"].offending == 1
    assert broken["interaction_has_a_segment"].first[0][0] == str(lost.pk)
