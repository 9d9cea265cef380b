"""A mail on the path: which thread it belongs to, and what it begins, continues or only reports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.cases import actions as cases
from fanal.cases.models import Case, CaseState
from fanal.channels import opening
from fanal.channels.email import authentication, tokens
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.channels.port import ContactStarted, LetterReceived
from fanal.customers.actions import set_contact_point_state
from fanal.customers.models import ContactPoint, ContactPointKind, ContactPointState
from fanal.identity.gathering import email_forms
from fanal.identity.models import Assurance
from fanal.intake import rules
from fanal.interactions import actions as interactions
from fanal.interactions import matters
from fanal.interactions.models import Interaction, Letter, TopicOrigin

HOUR = timedelta(hours=1)
REOPEN_DAYS = 14
"""So long after it was settled a matter comes up again with a mail of the customer's; an account may say otherwise."""
PASSED = "pass"


def decide(
    *, account: ChannelAccount, signal: LetterReceived, checked: Mapping[str, str], now: datetime
) -> rules.Decision:
    """Where this mail belongs, from what we know of its thread and its sender."""
    ours = interactions.own_letter(account=account, message_id=signal.message_id)
    returned = reported(account=account, signal=signal)
    named = [
        *_threads_of_tokens(account, signal),
        *interactions.threads_named(account=account, message_ids=signal.references),
    ]
    before = interactions.written_since(
        account=account,
        sender=signal.source,
        vouched="vouched" in checked,
        since=now - HOUR,
        at_most=rules.MOST_AN_HOUR,
    )
    return rules.place(
        rules.Facts(
            sender=signal.source,
            automatic=signal.automatic,
            is_ours=ours.message.interaction.thread if ours else "",
            reports_on=returned.letter.message.interaction.thread if returned else "",
            unproven=returned is not None and not returned.recipient,
            from_here=_from_here(signal.source),
            before=before,
            threads=interactions.participants(account=account, threads=named) if named else {},
        )
    )


@dataclass(frozen=True, kw_only=True)
class Report:
    """The mail of ours that a delivery report is about; `recipient` is who did not get it, where that is proven."""

    letter: Letter
    recipient: str = ""


def reported(*, account: ChannelAccount, signal: LetterReceived) -> Report | None:
    """What a delivery report is about: proven by an address that only this recipient's copy came from, or as it says.

    Whoever has got a mail of ours, with others or handed on, knows its Message-ID: that proves nothing.
    """
    if not signal.returned:
        return None
    if proven := _proven(account, signal):
        return proven
    named = (interactions.own_letter(account=account, message_id=one) for one in _reported(signal))
    return next((Report(letter=letter) for letter in named if letter), None)


def note_return(*, account: ChannelAccount, signal: LetterReceived, now: datetime) -> None:
    """A proven report that a mail did not arrive goes back to the message, and to the address it was written to.

    One that is not proven is shown with its contact, as such, and changes nothing by itself.
    """
    report = reported(account=account, signal=signal)
    failed = [one for one in signal.returned if one.for_good]
    if report is None or not report.recipient or not failed:
        return
    said = next((one for one in failed if one.recipient == report.recipient), failed[0])
    interactions.came_back(letter=report.letter, recipient=report.recipient, diagnostic=said.diagnostic, now=now)
    if customer := report.letter.message.interaction.customer:
        points = ContactPoint.objects.filter(customer=customer, kind=ContactPointKind.EMAIL, ended_at=None)
        for point in points.filter(value__in=email_forms(report.recipient)):
            set_contact_point_state(point=point, state=ContactPointState.BOUNCED, by=None, now=now)


def place_of(*, account: ChannelAccount, signal: LetterReceived, decision: rules.Decision) -> Interaction | None:
    """The contact that this mail is shown with; none where it has to begin one."""
    found = interactions.in_thread(account=account, thread=decision.thread)
    match decision.place:
        case rules.Place.CONTINUES:
            return found if found and found.ended_at is None else None
        case rules.Place.ASIDE:
            return found or _last_of(account, signal.source)
        case rules.Place.BEGINS:
            return None


def checked(*, account: ChannelAccount, signal: LetterReceived) -> Mapping[str, str]:
    """What our own mail server found of the sender; nothing where the account does not say which server that is."""
    hops = account.settings.get("authserv_hops", [])
    given: dict[str, Any] = {
        "authserv_id": str(account.settings.get("authserv_id", "")),
        "sender": signal.source,
        "passed": signal.passed,
        "hops": [str(one) for one in hops] if isinstance(hops, list) else [],
    }
    found = authentication.results(signal.authentication, **given)
    vouched = authentication.vouched(signal.authentication, **given)
    return {**found, "vouched": PASSED} if vouched else found


def started_by(signal: LetterReceived, *, checked: Mapping[str, str]) -> ContactStarted:
    """What the mail says of whoever begins the contact."""
    given = {"name": signal.sender_name, "email": signal.source, "subject": signal.subject}
    return ContactStarted(
        source=signal.source,
        given={key: value for key, value in given.items() if value},
        language=signal.language,
        confirmed=checked.get("dmarc") == PASSED,
    )


def carry_on(
    *,
    interaction: Interaction,
    before: Interaction,
    signal: LetterReceived,
    checked: Mapping[str, str],
    now: datetime,
) -> None:
    """A new contact in a thread has what the last one left open, and the same person where the same address wrote.

    What became part of another case goes on there. Where all is settled, the last matter comes up again, or, after
    the account's time for that, a new one follows it. That it is the same person is a claim unless their domain
    vouches for the address.
    """
    standing = matters.cases_of(before)
    for case in standing:
        if case.state != CaseState.SETTLED:
            interactions.add_topic(interaction=interaction, case=case, origin=TopicOrigin.RULE, now=now)
    if standing and all(case.state == CaseState.SETTLED for case in standing):
        _again(interaction, standing, subject=signal.subject, now=now)
    if interaction.customer is None and before.customer and before.source == interaction.source:
        interactions.identify(
            interaction=interaction,
            customer=before.customer,
            assurance=min(before.assurance, Assurance.MATCHED if checked.get("dmarc") == PASSED else Assurance.CLAIMED),
            why="same_thread",
            by=None,
            now=now,
        )


def come_up_again(*, interaction: Interaction, now: datetime) -> None:
    """Somebody writes on in a contact that runs while its matter was settled: it was not, then.

    What became part of another case is not settled by that: it comes up again where it goes on, if that was settled.
    """
    for case in matters.cases_of(interaction):
        if case.state == CaseState.SETTLED and _in_time(interaction, case, now=now):
            _reopen(case, interaction, now=now)


def _again(interaction: Interaction, settled: Sequence[Case], *, subject: str, now: datetime) -> None:
    """The last of them is open again if it was settled a short while ago; else a new one follows it."""
    last = max(settled, key=lambda case: case.settled_at or case.updated_at)
    if _in_time(interaction, last, now=now):
        case = _reopen(last, interaction, now=now)
    else:
        case = cases.open_after(before=last, subject=subject or last.subject, interaction=interaction.pk, now=now)
    interactions.add_topic(interaction=interaction, case=case, origin=TopicOrigin.RULE, now=now)


def _reopen(case: Case, interaction: Interaction, *, now: datetime) -> Case:
    return cases.reopen(case=case, reason="a mail of the customer", now=now, by=None, interaction=interaction.pk)


def _in_time(interaction: Interaction, case: Case, *, now: datetime) -> bool:
    days = interaction.account.settings.get("reopen_days", REOPEN_DAYS)
    limit = timedelta(days=days if isinstance(days, int) and days >= 0 else REOPEN_DAYS)
    return case.settled_at is not None and now - case.settled_at <= limit


def _proven(account: ChannelAccount, signal: LetterReceived) -> Report | None:
    pattern, key = str(account.settings.get("return_address", "")), opening.reply_key()
    for address in (*signal.to, *signal.cc, *signal.delivered_to):
        number = tokens.letter_in(address, pattern=pattern)
        rows = Letter.objects.filter(account=account, ours=True, pk=number).select_related("message__interaction")
        if letter := rows.first() if number else None:
            recipient = tokens.recipient_in(
                address, pattern=pattern, recipients=letter.everybody, account=account.code, key=key
            )
            if recipient:
                return Report(letter=letter, recipient=recipient)
    return None


def _reported(signal: LetterReceived) -> list[str]:
    return [one for one in (signal.returned_id, *reversed(signal.references)) if one]


def _threads_of_tokens(account: ChannelAccount, signal: LetterReceived) -> list[str]:
    """The threads whose signed address the mail is written to."""
    pattern, key = str(account.settings.get("reply_address", "")), opening.reply_key()
    found = (tokens.thread_in(one, pattern=pattern, account=account.code, key=key) for one in (*signal.to, *signal.cc))
    return [thread for thread in found if thread]


def _from_here(address: str) -> bool:
    return bool(address) and bool(_own_addresses(address=address) or _own_people(address=address))


@kept
def _own_addresses(address: str) -> QuerySet[ChannelAccount, int]:
    rows = ChannelAccount.objects.filter(kind=ChannelKind.EMAIL, address__iexact=address).exclude(address="")
    return rows.values_list("pk", flat=True)[:1]


@kept
def _own_people(address: str) -> QuerySet[Agent, int]:
    return Agent.objects.filter(email__iexact=address).values_list("pk", flat=True)[:1]


def _last_of(account: ChannelAccount, source: str) -> Interaction | None:
    return Interaction.objects.filter(account=account, source=source).order_by("-id").first()
