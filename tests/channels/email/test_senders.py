"""Who a mail is from: what our own mail server found, forged results ignored, and how little a sender's address proves."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from fanal.cases import actions as cases
from fanal.cases.history import history_of
from fanal.cases.models import Case, CaseType
from fanal.channels.email.authentication import results, vouched
from fanal.channels.email.parsing.parse import letter as parsed
from fanal.channels.models import ChannelAccount
from fanal.customers.models import ContactPoint, Customer
from fanal.identity.models import Assurance
from fanal.intake import rules
from fanal.intake.actions import process
from fanal.intake.mail.taking import take
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction, Letter
from tests.channels.email.letters import an_account, letter

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
OURS = "mx.shop.example"
PASSED = f"{OURS}; spf=pass smtp.mailfrom=customer.example; dkim=pass header.d=customer.example; dmarc=pass header.from=customer.example"
pytestmark = pytest.mark.django_db


def said(*headers: str, sender: str = "ana@customer.example", ours: str = OURS) -> dict[str, str]:
    return dict(results(headers, authserv_id=ours, sender=sender))


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (PASSED, {"spf": "pass", "dkim": "pass", "dmarc": "pass"}),
        (f"{OURS} 1; spf=softfail (not us) smtp.mailfrom=x", {"spf": "softfail"}),
        (f"{OURS.upper()}; DMARC=FAIL header.from=customer.example", {"dmarc": "fail"}),
        (f"{OURS}; dkim=fail header.d=a; dkim=pass header.d=customer.example", {"dkim": "pass"}),
        (f"{OURS}; dmarc=pass header.from=evil.example", {"dmarc": "fail"}),
        (f"{OURS}; none", {}),
        ("mx.evil.example; dmarc=pass header.from=customer.example", {}),
        (f"mx.evil.example ({OURS}); dmarc=pass", {}),
        (f"{OURS}.evil.example; dmarc=pass", {}),
        ("", {}),
        # The sender's own words within our server's header: addresses may hold anything between quotation marks.
        (
            f'{OURS}; spf=fail smtp.mailfrom="a; dmarc=pass header.from=customer.example"@evil.example; dmarc=fail',
            {"spf": "fail", "dmarc": "fail"},
        ),
        (
            f"{OURS}; spf=fail (of x(y); dmarc=pass header.from=customer.example (z)); dmarc=fail",
            {"spf": "fail", "dmarc": "fail"},
        ),
        (f'{OURS}; spf=fail (of "a); dmarc=pass header.from=customer.example ("@evil.example)', {}),
        (f"{OURS}; spf=fail smtp.mailfrom=dmarc=pass@evil.example", {"spf": "fail"}),
        (f'{OURS}; spf=fail smtp.mailfrom="a; dmarc=pass header.from=customer.example', {}),
        (
            f"{OURS}; dmarc=pass header.from=customer.example; dmarc=fail header.from=customer.example",
            {"dmarc": "fail"},
        ),
        (f"{OURS}; dmarc=pass", {"dmarc": "fail"}),
        (f'{OURS}; dmarc=pass header.from="customer.example"', {"dmarc": "pass"}),
    ],
)
def test_only_what_our_own_server_says_is_believed(header: str, found: dict[str, str]) -> None:
    assert said(header) == found


def test_without_a_name_of_ours_nothing_is_believed_and_the_first_word_counts() -> None:
    assert said(PASSED, ours="") == {}
    assert said(f"{OURS}; dmarc=fail", PASSED)["dmarc"] == "fail"


def test_what_lies_below_the_next_hop_was_there_when_the_mail_came() -> None:
    head = b"Received: from a by mx.shop.example\r\nAuthentication-Results: mx.shop.example; spf=fail\r\n"
    forged = b"Received: from b by a\r\nAuthentication-Results: mx.shop.example; dmarc=pass\r\n"
    found = parsed(head + forged + b"From: ana@customer.example\r\n\r\nHello\r\n")
    assert found.authentication == ("mx.shop.example; spf=fail",)


BORDER = "Received: from outside by mx.shop.example with ESMTP id 1; Mon, 02 Mar 2026 10:00:00 +0000"
WITHIN = "Received: from mx.shop.example by imap.shop.example with LMTP; Mon, 02 Mar 2026 10:00:01 +0000"
FORGED = "Received: from ana by mx.customer.example; Mon, 02 Mar 2026 09:59:00 +0000"
VOUCHED = f"Authentication-Results: {PASSED}"
FAILED = f"Authentication-Results: {OURS}; dmarc=fail header.from=customer.example; dkim=none; spf=fail"


def believed(*lines: str, hops: Sequence[str] = ()) -> dict[str, str]:
    """What is believed of a mail with these lines above it, the topmost first."""
    found = parsed("\r\n".join([*lines, "From: ana@customer.example", "", "Hello", ""]).encode())
    return dict(
        results(found.authentication, authserv_id=OURS, sender="ana@customer.example", passed=found.passed, hops=hops)
    )


@pytest.mark.parametrize(
    "lines",
    [
        (BORDER, VOUCHED),
        (BORDER, VOUCHED, FORGED),
        (BORDER, FORGED, VOUCHED),
        (WITHIN, BORDER, VOUCHED),
        (BORDER, FORGED.replace("mx.customer", "imap.shop"), VOUCHED),
        (BORDER, WITHIN, VOUCHED),
    ],
)
@pytest.mark.parametrize("hops", [(), ("imap.shop.example",)])
def test_a_sender_cannot_place_a_result_that_is_believed(lines: tuple[str, ...], hops: tuple[str, ...]) -> None:
    """Our own server wrote its line above all that came; what stands below that line came with the mail."""
    assert believed(*lines, hops=hops) == {}


def test_results_above_every_hop_are_those_of_our_own_server_and_the_first_of_them_counts() -> None:
    assert believed(VOUCHED, BORDER)["dmarc"] == "pass"
    assert believed(FAILED, VOUCHED, BORDER) == {"dmarc": "fail", "dkim": "none", "spf": "fail"}
    assert believed(FAILED, BORDER, VOUCHED)["dmarc"] == "fail"


def test_results_below_a_line_of_ours_are_believed_where_the_account_names_that_server() -> None:
    within = ("imap.shop.example",)
    assert believed(WITHIN, VOUCHED, BORDER, hops=within)["dmarc"] == "pass"
    assert believed(WITHIN, VOUCHED, BORDER, hops=("IMAP.shop.example.",))["dmarc"] == "pass"
    assert believed(WITHIN, VOUCHED, BORDER) == {}
    below = (*within, "mx.shop.example")  # a border that writes below its own line, and takes away what came
    assert believed(WITHIN, BORDER, VOUCHED, FORGED, hops=below)["dmarc"] == "pass"
    assert believed(WITHIN, BORDER, FORGED, VOUCHED, hops=below) == {}


@pytest.mark.parametrize(
    "hop",
    [
        "Received: from x (by imap.shop.example) by mx.shop.example",
        "Received: from by imap.shop.example by mx.shop.example",
        'Received: from "x by imap.shop.example y" by mx.shop.example',
        "Received: from x by mx.shop.example for <ana@shop.example>; by imap.shop.example",
        "Received: from imap.shop.example",
        "Received: from (by imap.shop.example",
        "Received:",
    ],
)
def test_a_line_that_can_be_read_in_two_ways_is_no_line_of_ours(hop: str) -> None:
    assert believed(hop, VOUCHED, hops=("imap.shop.example",)) == {}


def test_an_account_says_which_lines_of_its_own_stand_above_the_results(account: ChannelAccount) -> None:
    came = f"{WITHIN}\r\n{VOUCHED}\r\n{BORDER}\r\n".encode()
    assert comes(account, came + letter()).checked == {}
    ChannelAccount.objects.filter(pk=account.pk).update(
        settings={**account.settings, "authserv_hops": ["imap.shop.example"]}
    )
    account.refresh_from_db()
    assert comes(account, came + letter()).checked["dmarc"] == "pass"


@pytest.mark.parametrize("more", ["From: eve@customer.example\r\n", ""])
def test_a_mail_from_two_people_is_vouched_for_by_nobody(more: str) -> None:
    """A domain vouches for one address; which of two its server looked at nobody here knows."""
    line = "From: ana@customer.example\r\n" if more else "From: ana@customer.example, eve@customer.example\r\n"
    found = parsed(f"Authentication-Results: {PASSED}\r\n{line}{more}\r\nHello\r\n".encode())
    assert found.sender is not None
    assert (found.sender.address, found.authentication) == ("ana@customer.example", ())


@pytest.fixture
def account(settings: object, tmp_path: object) -> ChannelAccount:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    return an_account(authserv_id=OURS)


def comes(account: ChannelAccount, content: bytes, *, at: datetime = NOW) -> Letter:
    raw = take(account=account, content=content, way="imap", now=at)
    assert process(raw_id=raw.pk, now=at).reason == ""
    return Letter.objects.select_related("message__interaction").latest("pk")


@pytest.mark.parametrize(
    ("state", "header", "assurance"),
    [
        ("verified", PASSED, Assurance.MATCHED),
        ("valid", PASSED, Assurance.CLAIMED),
        ("verified", "", Assurance.CLAIMED),
        ("verified", "mx.evil.example; dmarc=pass header.from=customer.example", Assurance.CLAIMED),
        ("verified", f"{OURS}; dmarc=fail header.from=customer.example", Assurance.CLAIMED),
    ],
)
def test_a_senders_address_is_a_claim_unless_its_domain_vouches_and_the_address_was_verified(
    account: ChannelAccount, state: str, header: str, assurance: int
) -> None:
    ana = Customer.objects.create(name="Ana Diaz")
    ContactPoint.objects.create(customer=ana, kind="email", value="ana@customer.example", state=state)
    contact = comes(account, letter(authentication_results=header)).message.interaction
    assert (contact.customer, contact.assurance) == (ana, assurance)


def test_a_later_mail_of_a_sure_person_is_a_claim_again(account: ChannelAccount) -> None:
    first = comes(account, letter()).message.interaction
    ana = Customer.objects.create(name="Ana Diaz")
    interactions.identify(
        interaction=first, customer=ana, assurance=Assurance.VERIFIED, why="verified", by=None, now=NOW
    )
    ours = interactions.add_message(interaction=first, author="agent", text="Yes", external_id="a", now=NOW).letter
    interactions.end_talk(interaction=first, reason="agent", now=NOW)
    second = comes(account, letter("And?", in_reply_to=f"<{ours.header_id}>")).message.interaction
    assert (second.customer, second.assurance) == (ana, Assurance.CLAIMED)


@pytest.mark.parametrize(
    "forged",
    [
        "",
        f"{OURS}; dmarc=fail header.from=customer.example",
        f"{OURS}; spf=pass smtp.mailfrom=eve@evil.example; dkim=pass header.d=evil.example; dmarc=none",
        "mx.evil.example; dmarc=pass header.from=customer.example",
    ],
)
@pytest.mark.parametrize(
    "true",
    [
        PASSED,
        f"{OURS}; spf=pass smtp.mailfrom=ana@customer.example; dkim=none; dmarc=none",
        f"{OURS}; spf=none smtp.mailfrom=lists.example; dkim=pass header.d=customer.example header.i=@customer.example",
    ],
)
def test_mails_in_somebodys_name_use_up_nothing_of_theirs_and_no_loop_goes_round(
    account: ChannelAccount, forged: str, true: str
) -> None:
    for number in range(rules.MOST_AN_HOUR + 1):
        last = comes(account, letter(f"Forged {number}", authentication_results=forged))
    assert last.aside == "too_many"
    for number in range(rules.MOST_AN_HOUR):
        assert comes(account, letter(f"True {number}", authentication_results=true)).aside == ""
    assert comes(account, letter("Round", authentication_results=true)).aside == "too_many"
    assert comes(account, letter("Forged again", authentication_results=forged)).aside == "too_many"


@pytest.mark.parametrize(
    "said",
    [
        f"{OURS}; spf=pass smtp.mailfrom=customer.example; dmarc=fail header.from=customer.example",
        f"{OURS}; spf=pass smtp.mailfrom=customer.example smtp.mailfrom=evil.example",
        f"{OURS}; spf=pass smtp.helo=customer.example",
        f"{OURS}; dkim=pass header.d=evil.example header.s=header.d=customer.example",
        f'{OURS}; spf=pass smtp.mailfrom="x smtp.mailfrom=a@customer.example "@evil.example',
        f"{OURS}; dkim=fail header.d=customer.example; dkim=pass header.d=evil.example",
    ],
)
def test_the_word_of_another_domain_vouches_for_nobody(said: str) -> None:
    assert not vouched([said], authserv_id=OURS, sender="ana@customer.example")


def settled_case(account: ChannelAccount, *, ended: bool = True) -> tuple[Interaction, Case, Letter]:
    first = comes(account, letter()).message.interaction
    kind = CaseType.objects.create(code="parcel", name="Parcel")
    case = cases.open_case(type=kind, subject="Late", interaction=first.pk, now=NOW, by=None)
    interactions.add_topic(interaction=first, case=case, origin="agent", now=NOW)
    ours = interactions.add_message(interaction=first, author="agent", text="Done", external_id="a", now=NOW).letter
    cases.settle(case=case, now=NOW, by=None)
    if ended:
        interactions.end_talk(interaction=first, reason="agent", now=NOW)
    return first, case, ours


@pytest.mark.parametrize("ended", [True, False])
def test_a_mail_within_two_weeks_opens_the_settled_case_again(account: ChannelAccount, ended: bool) -> None:
    _first, case, ours = settled_case(account, ended=ended)
    at = NOW + timedelta(days=13)
    contact = comes(account, letter("Not at all", in_reply_to=f"<{ours.header_id}>"), at=at).message.interaction
    case.refresh_from_db()
    assert (case.state, case.reopened_count) == ("open", 1)
    assert [topic.case for topic in contact.topics.all()] == [case]


def test_later_a_new_case_follows_it_and_each_names_the_other(account: ChannelAccount) -> None:
    _first, case, ours = settled_case(account)
    at = NOW + timedelta(days=15)
    contact = comes(account, letter("Again", in_reply_to=f"<{ours.header_id}>"), at=at).message.interaction
    case.refresh_from_db()
    fresh = contact.topics.get().case
    assert fresh is not None
    assert (case.state, fresh.pk != case.pk, fresh.subject) == ("settled", True, "My parcel")
    lines = {line.kind: line.data for one in (case, fresh) for line in history_of(one)}
    assert (lines["followed_by"]["after"], lines["follows"]["before"]) == (fresh.pk, case.pk)


def test_the_account_says_how_long_and_a_program_opens_nothing(account: ChannelAccount) -> None:
    _first, _case, ours = settled_case(account)
    answer = letter("Away", in_reply_to=f"<{ours.header_id}>", auto_submitted="auto-replied")
    comes(account, answer, at=NOW + timedelta(days=1))
    assert Case.objects.get().state == "settled"
    ChannelAccount.objects.filter(pk=account.pk).update(settings={**account.settings, "reopen_days": 0})
    account.refresh_from_db()
    comes(account, letter("Again", in_reply_to=f"<{ours.header_id}>"), at=NOW + timedelta(days=1))
    assert [one.state for one in Case.objects.order_by("pk")] == ["settled", "open"]
