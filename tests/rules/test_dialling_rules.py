"""Which numbers may be called, how often, and when: what nobody should pay for does not go out."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from fanal.interactions.rules.dialling import Limits, Spent, awake, limits_of, may_call, next_awake

OPEN = Limits(trunk="carrier", countries=frozenset({"NO", "FR", "US"}), region="NO")
NOTHING = Spent()


def refused(said: str, limits: Limits = OPEN, spent: Spent = NOTHING) -> str:
    return may_call(said, limits=limits, spent=spent).refused


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("22 33 44 55", ""),
        ("+47 22 33 44 55", ""),
        ("0047 22334455", ""),
        ("tel:+4722334455", ""),
        ("٢٢٣٣٤٤٥٥", ""),
        ("+33 1 42 68 53 00", ""),
        ("+1 212 736 5000", ""),
        ("+33 1 12 34 56 78", ""),  # begins like an emergency number and is none
        ("112", "emergency"),
        ("+47112", "emergency"),
        ("0047 113", "emergency"),
        ("sip:112@example.org", "emergency"),
        ("911", "emergency"),
        ("1881", "short_number"),
        ("05432", "short_number"),
        ("+33 3949", "short_number"),
        ("+33 118218", "short_number"),
        ("", "no_number"),
        ("anonymous", "no_number"),
        ("call me", "no_number"),
        ("+870 773 111 632", "satellite"),
        ("+8816 3125 4567", "satellite"),
        ("+882 16 1234 5678", "satellite"),
        ("+1 900 555 0123", "premium"),
        ("+33 892 70 12 34", "premium"),
        ("+47 820 00 000", "premium"),
        ("+49 180 5 123456", "shared_cost"),
        ("+44 70 2012 3456", "unknown_price"),
        ("+44 20 7946 0018", "country"),
        ("+1 809 555 0123", "country"),  # the Dominican Republic dials like the United States
        ("+47 99", "short_number"),
        ("+1 212 036 5000", "not_in_use"),
        ("+33 1 42 68 53 00 ext. 12", "extension"),
    ],
)
def test_what_a_number_leads_to_is_looked_at_before_it_is_called(said: str, code: str) -> None:
    anywhere = replace(OPEN, countries=OPEN.countries | {"DE"}) if "+49" in said else OPEN
    if said == "911":
        anywhere = replace(OPEN, region="US")
    assert refused(said, anywhere) == code


def test_without_a_carrier_or_a_country_nothing_goes_out() -> None:
    assert refused("22334455", Limits()) == "not_set_up"
    assert refused("22334455", replace(OPEN, trunk="")) == "not_set_up"
    assert refused("22334455", replace(OPEN, countries=frozenset())) == "not_set_up"


@pytest.mark.parametrize("cap", ["calls_of_agent", "calls", "minutes_of_agent", "minutes"])
def test_what_was_spent_up_to_a_cap_is_all_there_is(cap: str) -> None:
    limits = replace(OPEN, **{cap: 5})
    assert refused("22334455", limits, replace(NOTHING, **{cap: 4})) == ""
    verdict = may_call("22334455", limits=limits, spent=replace(NOTHING, **{cap: 5}))
    assert (verdict.refused, verdict.value) == (cap, "5")


def test_settings_that_make_no_sense_allow_nothing() -> None:
    assert limits_of({}).countries == frozenset()
    assert limits_of({"dialling": "yes"}) == Limits()
    told = {"trunk": "carrier", "countries": "NO", "calls": "many", "minutes": -1, "opens": "dawn", "calls_of_agent": 7}
    found = limits_of({"dialling": told, "region": "NO"})
    assert (found.countries, found.calls, found.minutes, found.calls_of_agent) == (frozenset(), 0, 0, 7)
    assert found.opens == time(8)


def test_a_country_that_spans_zones_is_called_when_all_of_it_is_awake() -> None:
    coasts = ("America/New_York", "America/Los_Angeles")
    at = datetime(2026, 3, 2, 14, tzinfo=UTC)  # nine in the east, six in the west
    assert awake(coasts[:1], limits=OPEN, at=at)
    assert not awake(coasts, limits=OPEN, at=at)
    assert next_awake(coasts, limits=OPEN, at=at) == datetime(2026, 3, 2, 16, tzinfo=UTC)
    assert not awake((), limits=OPEN, at=at)
    assert next_awake((), limits=OPEN, at=at) is None


def test_daytime_follows_their_clock_when_it_changes() -> None:
    """In Norway eight o'clock is 07:00 UTC on the 28th of March 2026, and 06:00 on the day after."""
    before, after = datetime(2026, 3, 27, 22, tzinfo=UTC), datetime(2026, 3, 28, 22, tzinfo=UTC)
    assert next_awake(["Europe/Oslo"], limits=OPEN, at=before) == datetime(2026, 3, 28, 7, tzinfo=UTC)
    assert next_awake(["Europe/Oslo"], limits=OPEN, at=after) == datetime(2026, 3, 29, 6, tzinfo=UTC)
