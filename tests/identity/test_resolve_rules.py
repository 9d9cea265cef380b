"""Known, ambiguous or unknown: what the rule says of people the evidence points at."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanal.identity.rules import Evidence, Lane, Match, Person, Source, assurance_of, name_likeness, resolve

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
CALLER = Match(lane=Lane.PHONE, source=Source.CHANNEL)
FROM = Match(lane=Lane.EMAIL, source=Source.CHANNEL)
ORDER = Match(lane=Lane.ORDER, source=Source.TYPED)
TYPED_EMAIL = Match(lane=Lane.EMAIL, source=Source.TYPED)


def person(customer_id: int, *matches: Match, **known: Any) -> Person:
    return Person(customer_id=customer_id, name=known.pop("name", "Ada Miller"), matches=matches, **known)


def codes(reasons: Any) -> list[str]:
    return [reason.code for reason in reasons]


def test_nobody_found_is_unknown_and_certainly_someone_else() -> None:
    found = resolve(Evidence(), [], now=NOW)
    assert (found.recognition, found.assurance, found.someone_else) == ("unknown", 0, 1.0)


def test_the_only_owner_of_a_calling_number_is_known_and_matched() -> None:
    found = resolve(Evidence(caller_number="+33612345678"), [person(1, CALLER)], now=NOW)
    assert (found.recognition, found.customer_id, found.assurance, found.why) == ("known", 1, 2, "sole_match")


def test_two_people_with_one_number_are_ambiguous_each_with_reasons_for_and_against() -> None:
    grandmother = person(1, CALLER, household=frozenset({2}), open_orders=2)
    grandson = person(2, CALLER, name="Paul Miller", household=frozenset({1}), last_contact_at=NOW - timedelta(days=1))
    found = resolve(Evidence(caller_number="x"), [grandmother, grandson], now=NOW)
    assert (found.recognition, found.customer_id) == ("ambiguous", None)
    assert [c.customer_id for c in found.candidates] == [2, 1]
    assert codes(found.candidates[0].reasons_for) == ["shared_number", "contact_recently"]
    assert codes(found.candidates[1].reasons_for) == ["shared_number", "open_order"]
    assert codes(found.candidates[1].reasons_against) == ["same_household"]


def test_a_name_that_fits_one_of_two_sharers_ranks_it_first_but_decides_nothing() -> None:
    people = [person(1, CALLER, name="Ada Miller"), person(2, CALLER, name="Paul Dupont")]
    found = resolve(Evidence(name="Paul Dupont"), people, now=NOW)
    assert found.recognition == "ambiguous"
    assert found.candidates[0].customer_id == 2


def test_a_line_marked_as_shared_never_makes_its_only_owner_known() -> None:
    switchboard = Match(lane=Lane.PHONE, source=Source.CHANNEL, shared=True)
    found = resolve(Evidence(), [person(1, switchboard)], now=NOW)
    assert (found.recognition, found.why, found.candidates[0].assurance) == ("ambiguous", "shared", 1)


def test_a_shared_line_and_an_address_of_ones_own_make_one_of_the_sharers_known() -> None:
    found = resolve(Evidence(), [person(1, CALLER), person(2, CALLER, TYPED_EMAIL)], now=NOW)
    assert (found.recognition, found.customer_id, found.assurance) == ("known", 2, 2)


def test_evidence_that_points_at_two_people_leaves_it_open() -> None:
    found = resolve(Evidence(), [person(1, FROM), person(2, ORDER)], now=NOW)
    assert found.recognition == "ambiguous"
    assert "points_elsewhere" in codes(found.candidates[0].reasons_against)


def test_one_typed_number_is_a_claim_and_two_that_agree_are_a_match() -> None:
    claimed = resolve(Evidence(), [person(1, ORDER)], now=NOW)
    agreed = resolve(Evidence(), [person(1, ORDER, TYPED_EMAIL)], now=NOW)
    assert (claimed.recognition, claimed.assurance) == ("known", 1)
    assert (agreed.recognition, agreed.assurance) == ("known", 2)


def test_an_order_and_its_tracking_number_are_one_claim() -> None:
    tracking = Match(lane=Lane.TRACKING, source=Source.TYPED)
    assert resolve(Evidence(), [person(1, ORDER, tracking)], now=NOW).assurance == 1


def test_a_name_or_birth_date_that_contradicts_is_never_known() -> None:
    named = resolve(Evidence(name="Boris Ivanov"), [person(1, CALLER)], now=NOW)
    born = resolve(Evidence(born_on=date(1990, 1, 1)), [person(1, CALLER, born_on=date(1980, 1, 1))], now=NOW)
    assert [named.recognition, born.recognition] == ["ambiguous", "ambiguous"]
    assert codes(named.candidates[0].reasons_against) == ["name_contradicts"]
    assert named.candidates[0].assurance == 1


def test_an_address_that_bounces_is_a_reason_against_and_not_enough() -> None:
    bounced = Match(lane=Lane.EMAIL, source=Source.CHANNEL, state="bounced")
    found = resolve(Evidence(), [person(1, bounced)], now=NOW)
    assert found.recognition == "ambiguous"
    assert codes(found.candidates[0].reasons_against) == ["address_bounced"]


def test_the_hosts_signature_decides_against_everything_that_was_typed() -> None:
    signed = person(1, Match(lane=Lane.HOST, source=Source.SIGNED), name="Ada Miller")
    found = resolve(Evidence(name="Somebody Else"), [signed, person(2, ORDER, TYPED_EMAIL)], now=NOW)
    assert (found.recognition, found.customer_id, found.assurance) == ("known", 1, 3)
    assert found.candidates[0].customer_id == 1


def test_a_browser_that_was_seen_before_is_a_candidate_and_no_more() -> None:
    seen = Match(lane=Lane.SEEN, source=Source.CHANNEL, shared=True)
    found = resolve(Evidence(handle="visitor"), [person(1, seen)], now=NOW)
    assert (found.recognition, codes(found.candidates[0].reasons_for)) == ("ambiguous", ["seen_here"])


def test_what_we_never_heard_from_and_another_language_speak_against() -> None:
    found = resolve(Evidence(language="ru"), [person(1, FROM, language="fr", heard_from_here=False)], now=NOW)
    assert codes(found.candidates[0].reasons_against) == ["language_differs", "never_heard_from_here"]


def test_what_a_pick_may_rely_on_follows_from_the_stored_reasons() -> None:
    assert assurance_of(["same_number"], []) == 2
    assert assurance_of(["shared_number"], []) == 1
    assert assurance_of(["shared_number", "gave_order"], []) == 2
    assert assurance_of(["same_number"], ["name_contradicts"]) == 1
    assert assurance_of(["name_equals", "open_case"], []) == 0


@pytest.mark.parametrize(
    ("given_name", "known", "likeness"),
    [
        ("Ada Miller", "MILLER Ada", "equals"),
        ("Ada Miler", "Ada Miller", "near"),
        ("Мухаммед Али", "Muhammad Ali", "near"),
        ("Ada", "Ada Miller", "part"),
        ("Boris Ivanov", "Ada Miller", "contradicts"),
        ("Paul Miller", "Ada Miller", "contradicts"),
        ("…", "Ada Miller", ""),
    ],
)
def test_a_given_name_equals_resembles_or_contradicts(given_name: str, known: str, likeness: str) -> None:
    assert name_likeness(given_name, known) == likeness


matches = st.builds(
    Match,
    lane=st.sampled_from([Lane.PHONE, Lane.EMAIL, Lane.HANDLE, Lane.ORDER, Lane.CARD, Lane.HOLDING]),
    source=st.sampled_from([Source.TYPED, Source.CHANNEL]),
    shared=st.just(False),
    state=st.sampled_from(["valid", "bounced", "disconnected"]),
)


def _claims_are_typed(match: Match) -> Match:
    if match.lane in (Lane.PHONE, Lane.EMAIL):
        return match
    if match.lane is Lane.HANDLE:
        return Match(lane=match.lane, source=Source.CHANNEL)
    return Match(lane=match.lane, source=Source.TYPED, state="")


@given(st.lists(st.lists(matches.map(_claims_are_typed), min_size=1, max_size=3), max_size=15))
def test_likelihoods_always_add_up_and_known_is_never_one_of_several_alike(found: list[list[Match]]) -> None:
    people = [person(index, *dict.fromkeys(some)) for index, some in enumerate(found, 1)]
    resolution = resolve(Evidence(), people, now=NOW)
    total = sum(candidate.likelihood for candidate in resolution.candidates) + resolution.someone_else
    assert total == pytest.approx(1.0)
    if resolution.recognition == "known":
        winner = {(m.lane, m.source) for p in people if p.customer_id == resolution.customer_id for m in p.matches}
        others = [{(m.lane, m.source) for m in p.matches} for p in people if p.customer_id != resolution.customer_id]
        assert all(winner - lanes for lanes in others)
