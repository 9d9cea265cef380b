"""Where a mail belongs, as a table; and what an address for answers can prove."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fanal.channels.email import tokens
from fanal.intake.rules import MOST_AN_HOUR, Decision, Facts, Place, place

ANA = frozenset({"ana@customer.example"})
KEY = b"k" * 32
PATTERN = "reply+{token}@shop.example"
THREAD = "0123456789abcdef01234567"


def mail(**facts: object) -> Facts:
    return Facts(**{"sender": "ana@customer.example", **facts})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "decision"),
    [
        (mail(), Decision(place=Place.BEGINS)),
        (mail(threads={"t": ANA}), Decision(place=Place.CONTINUES, thread="t")),
        (mail(sender="eve@evil.example", threads={"t": ANA}), Decision(place=Place.BEGINS)),
        (mail(threads={"s": frozenset({"leo@x.example"}), "t": ANA}), Decision(place=Place.CONTINUES, thread="t")),
        (mail(threads={"t": ANA, "s": ANA}), Decision(place=Place.CONTINUES, thread="t")),
        (mail(from_here=True, threads={"t": ANA}), Decision(place=Place.BEGINS)),
        (mail(sender="", threads={"t": frozenset({""})}), Decision(place=Place.BEGINS)),
        (mail(automatic=True), Decision(place=Place.BEGINS)),
        (mail(automatic=True, threads={"t": ANA}), Decision(place=Place.ASIDE, thread="t", why="automatic")),
        (mail(before=MOST_AN_HOUR), Decision(place=Place.ASIDE, why="too_many")),
        (mail(before=MOST_AN_HOUR, threads={"t": ANA}), Decision(place=Place.ASIDE, thread="t", why="too_many")),
        (mail(before=MOST_AN_HOUR - 1), Decision(place=Place.BEGINS)),
        (mail(reports_on="t"), Decision(place=Place.ASIDE, thread="t", why="report")),
        (mail(is_ours="t", before=99), Decision(place=Place.ASIDE, thread="t", why="loop")),
    ],
)
def test_a_mail_has_one_place(facts: Facts, decision: Decision) -> None:
    assert place(facts) == decision


def test_a_signed_address_names_its_thread_whatever_became_of_its_capitals() -> None:
    signed = tokens.reply_address(PATTERN, thread=THREAD, account="support", key=KEY)
    assert len(signed.partition("@")[0]) <= 64
    for shown in (signed, signed.upper(), f" {signed} "):
        assert tokens.thread_in(shown, pattern=PATTERN, account="support", key=KEY) == THREAD
    assert tokens.thread_in(signed, pattern=PATTERN, account="sales", key=KEY) == ""
    assert tokens.thread_in(signed, pattern=PATTERN, account="support", key=b"other" * 8) == ""
    assert tokens.thread_in(signed, pattern="", account="support", key=KEY) == ""
    assert tokens.reply_address("", thread=THREAD, account="support", key=KEY) == ""


@given(at=st.integers(0, 43), letter=st.sampled_from(string.hexdigits.lower()))
def test_any_other_token_names_nothing(at: int, letter: str) -> None:
    signed = tokens.reply_address(PATTERN, thread=THREAD, account="support", key=KEY)
    place_ = len("reply+") + at
    forged = signed[:place_] + letter + signed[place_ + 1 :]
    found = tokens.thread_in(forged, pattern=PATTERN, account="support", key=KEY)
    assert found == (THREAD if forged == signed else "")


@given(st.text(max_size=100))
def test_any_address_at_all_is_looked_at_without_trouble(address: str) -> None:
    assert tokens.thread_in(address, pattern=PATTERN, account="support", key=KEY) == ""
