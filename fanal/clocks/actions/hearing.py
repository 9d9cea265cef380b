"""Whoever follows a case hears that the customer writes about it, on whatever channel and in whoever's hands."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from fanal.cases.actions.following import tell_followers
from fanal.cases.merged import ends_of
from fanal.cases.models import Case
from fanal.clocks.actions.telling import NEWS_FOR
from fanal.events import following
from fanal.events.following import Follower, Happening
from fanal.interactions.models import Author, Message, Segment, Topic

WROTE = "wrote"
BURST = timedelta(minutes=10)
"""What somebody writes with no longer pauses than this is one notice, which is unread again if they had read it."""
FOLLOWER = Follower(
    name="hearing",
    table="clocks_cursor",
    lock=0x68656172,
    kinds=("message.added", "topic.added", "topic.changed"),
    nothing_to_do="NOT EXISTS (SELECT FROM cases_casefollower) AND NOT EXISTS (SELECT FROM cases_casehelper)"
    " AND NOT EXISTS (SELECT FROM cases_case WHERE owner_id IS NOT NULL)",
)


def hear(*, limit: int = 100_000) -> int:
    """Follow up to `limit` events; how many: 0 when there are none, and while another process does it."""
    return following.follow(FOLLOWER, lambda events: absorb(events, now=timezone.now()), limit=limit)


def absorb(events: Sequence[Happening], *, now: datetime) -> None:
    """Tell of what the customers wrote: in contacts about a case, and in those that somebody says now are about one."""
    fresh = [event for event in events if now - event.at <= NEWS_FOR]
    words = _words(fresh, since=now - NEWS_FOR)
    about = _about(words)
    if not about:
        return
    there = _in_contact({contact for _case, contact in about})
    cases = Case.objects.filter(pk__in={case for case, _contact in about}, withdrawn_at=None).in_bulk()
    for (key, contact), at in sorted(about.items()):
        if case := cases.get(key):
            tell_followers(case, WROTE, by=None, now=at, but=there[contact], burst=BURST)


def _words(events: Iterable[Happening], *, since: datetime) -> dict[int, datetime]:
    """The contacts in which a customer wrote, and when last."""
    written = {
        event.data["message"]: event
        for event in events
        if event.kind == "message.added" and event.data.get("author") == Author.CUSTOMER
    }
    linked = {event.data["interaction"]: event.at for event in events if _links(event)}
    words = Q(pk__in=list(written)) | Q(interaction__in=list(linked), author=Author.CUSTOMER, at__gte=since)
    # What a program answers, or what was put aside, is not the customer's word.
    theirs = Message.objects.filter(words).exclude(letter__automatic=True).exclude(letter__aside__gt="")
    found: dict[int, datetime] = {}
    for pk, contact in theirs.order_by("pk").values_list("pk", "interaction") if written or linked else ():
        found[contact] = written[pk].at if pk in written else found.get(contact, linked.get(contact, since))
    return found


def _links(event: Happening) -> bool:
    """Whether somebody, or a rule, says that a contact is about a case."""
    return event.data.get("case") is not None and (event.kind == "topic.added" or "linked" in event.data)


def _about(words: dict[int, datetime]) -> dict[tuple[int, int], datetime]:
    """The cases that these contacts are about, each where it is read on."""
    if not words:
        return {}
    topics = Topic.objects.filter(interaction__in=words, case__isnull=False, withdrawn_at=None).order_by("pk")
    rows = [(case, contact) for case, contact in topics.values_list("case", "interaction") if case]
    ends = ends_of({case for case, _contact in rows}) if rows else {}
    return {(ends.get(case, case), contact): words[contact] for case, contact in rows}


def _in_contact(contacts: Iterable[int]) -> dict[int, set[int]]:
    """Who has each of these talks now, and reads it there."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = Segment.objects.filter(interaction__in=contacts, agent__isnull=False, wrapped_up_at=None)
    for contact, agent in rows.values_list("interaction", "agent"):
        found[contact].add(agent or 0)
    return found
