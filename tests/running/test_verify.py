"""The invariants: each is a sentence with a query that runs, and what breaks one is found."""

import datetime as dt
import json

import pytest
from typer.testing import CliRunner

from fanal.channels.models import ChannelAccount
from fanal.interactions.models import Interaction, Segment
from fanal.running import program
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


@pytest.mark.django_db(transaction=True)
def test_all_events_are_folded_again_only_for_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    from fanal.cli.verify import app

    monkeypatch.setattr(program, "begin", lambda: None)  # the tests have begun long ago

    def checked(*words: str) -> list[str]:
        done = CliRunner().invoke(app, [*words, "--json"])
        assert done.exit_code == 0, done.output
        return [one["name"] for one in json.loads(done.stdout)["invariants"]]

    alone = [invariant.name for invariant in invariants()]
    assert checked() == alone
    assert checked("--thorough") == [*alone, "figures_follow_from_events"]
    assert checked("figures_follow_from_events") == ["figures_follow_from_events"]
