"""What each assurance allows, for whom, and how what is refused is shown."""

from datetime import date

import pytest

from fanal.identity.masking import exported, masked, shown
from fanal.identity.rules import may_act_for, may_see

ALL = ("contact", "personal", "financial")


@pytest.mark.parametrize(
    ("what", "classes", "assurance", "why"),
    [
        ("name", (), 0, ""),
        ("orders", (), 0, "verify"),
        ("orders", (), 1, ""),
        ("contact", ALL, 1, "verify"),
        ("contact", ALL, 2, ""),
        ("contact", (), 3, "role"),
        ("financial", ALL, 2, "verify"),
        ("financial", ALL, 3, ""),
        ("financial", ("contact",), 3, "role"),
        ("personal", ALL, 2, "verify"),
        ("something_new", ALL, 3, "unknown_field"),
    ],
)
def test_a_field_needs_its_assurance_and_its_role(
    what: str, classes: tuple[str, ...], assurance: int, why: str
) -> None:
    decision = may_see(what, role_field_classes=classes, assurance=assurance)
    assert (decision.allowed, decision.why) == (not why, why)


def test_an_action_names_its_own_least_assurance() -> None:
    assert not may_see("change_address", role_field_classes=(), assurance=2, least=3)
    assert may_see("change_address", role_field_classes=(), assurance=3, least=3)


def test_a_representative_needs_the_power_and_an_identity_of_their_own() -> None:
    today = date(2026, 3, 2)

    def may(action: str = "refresh_balance", own: int = 3, ends: date | None = None) -> str:
        return may_act_for(
            action, powers=["refresh_balance"], own_assurance=own, least=3, ends_on=ends, today=today
        ).why

    assert may() == ""
    assert may(action="change_address") == "powers"
    assert may(own=2) == "verify"
    assert may(ends=date(2026, 3, 1)) == "powers_ended"


def test_what_may_not_be_seen_is_masked_with_the_reason() -> None:
    field = shown("1234.56", what="financial", role_field_classes=ALL, assurance=2)
    assert (field.text, field.masked) == ("••••", True)
    assert field.why.startswith("Verify first")
    assert "1234" not in repr(field)
    assert shown("1234.56", what="financial", role_field_classes=ALL, assurance=3).text == "1234.56"


@pytest.mark.parametrize(
    ("text", "hint"),
    [("+33612344821", "•••• 4821"), ("ada@example.org", "a••••@example.org"), ("4242", "•••• 4242"), ("12345", "••••")],
)
def test_a_hint_tells_two_apart_and_no_more(text: str, hint: str) -> None:
    assert masked(text) == hint


def test_an_export_goes_by_role_alone() -> None:
    assert exported("1980-05-03", what="personal", role_field_classes=()) == "••••"
    assert exported("1980-05-03", what="personal", role_field_classes=ALL) == "1980-05-03"
