"""Follow what happened to cases, in the order in which it was committed: every clock is moved at the event's time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from django.utils import timezone

from fanal.cases import actions as cases
from fanal.cases.merged import ends_of
from fanal.cases.models import Case, CaseState
from fanal.cases.rules import NotPossible
from fanal.clocks.actions.moving import Book, Face
from fanal.clocks.actions.telling import NEWS_FOR
from fanal.clocks.models import Clock
from fanal.clocks.rules.moves import Happened
from fanal.events import following
from fanal.events.following import Follower, Happening
from fanal.events.models import Event
from fanal.interactions.models import Author, DeliveryState, Message, Topic

KINDS = (
    *("case.opened", "case.changed", "case.settled", "case.reopened", "case.withdrawn"),
    *("case.merged", "case.unmerged", "message.added", "message.sent", "config.changed"),
)
SAID = ("message.added", "message.sent")
"""What waits before it goes out (undo, a chosen time) is said when it was sent; everything else when it was written."""
MERGES = {"case.merged": "into", "case.unmerged": "out_of"}
"""Where such an event names the other case."""
RETARGETS = ("priority", "type", "customer")
FOLLOWER = Follower(
    name="clocks",
    table="clocks_cursor",
    lock=0x636C6F63,
    kinds=KINDS,
    nothing_to_do="NOT EXISTS (SELECT FROM clocks_target WHERE active)"
    " AND NOT EXISTS (SELECT FROM clocks_clock WHERE ended_at IS NULL)",
)


def follow(*, limit: int = 100_000) -> int:
    """Follow up to `limit` events; how many: 0 when there are none, and while another process does it."""
    return following.follow(FOLLOWER, absorb, limit=limit)


def absorb(events: Sequence[Happening]) -> None:
    """Move the clocks of the cases that these events are about, one event after the other."""
    about = _cases_of(events)
    keys = {key for found in about.values() for key in found}
    keys |= {event.data[MERGES[event.kind]] for event in events if event.kind in MERGES}
    rows = Case.objects.filter(pk__in=keys, practice=False).select_related("customer", "split_from")
    book, clocks = Book(), _clocks(keys)
    faces = {case.pk: Face(case=case, book=book, clocks=clocks[case.pk]) for case in rows}
    now = timezone.now()
    for event in events:
        if event.kind == "config.changed":
            if event.data.get("what") == "calendars":
                _other_hours(event, faces)
            continue
        for key in about[event.id]:
            if face := faces.get(key):
                face.late = now - event.at > NEWS_FOR
                _happened(event, face, faces)
    for _, face in sorted(faces.items()):
        if face.touched:
            face.write_down()


def _cases_of(events: Sequence[Happening]) -> dict[int, list[int]]:
    """The cases that each event is about: its own, or those of the contact that a message belongs to.

    What is said of a case that became part of another is said of that one.
    """
    contacts = {event.data.get("interaction") for event in events if event.kind in SAID}
    topics = Topic.objects.filter(interaction__in=contacts - {None}, case__isnull=False, withdrawn_at=None)
    of_contact = defaultdict(list)
    for contact, case, since in topics.values_list("interaction", "case", "created_at").order_by("pk"):
        of_contact[contact].append((case, since))
    ends = ends_of({case for linked in of_contact.values() for case, _ in linked}) if of_contact else {}
    about = {}
    for event in events:
        if event.kind in SAID:
            linked = of_contact.get(event.data.get("interaction", 0), [])
            said_of = (ends.get(case, case) for case, since in linked if since <= event.at)
            about[event.id] = list(dict.fromkeys(said_of))
        else:
            about[event.id] = [event.data["case"]] if isinstance(event.data.get("case"), int) else []
    return about


def _clocks(cases: set[int]) -> dict[int, list[Clock]]:
    found: dict[int, list[Clock]] = defaultdict(list)
    for clock in Clock.objects.filter(case__in=cases).prefetch_related("pauses"):
        found[clock.case_id].append(clock)
    return found


def _happened(event: Happening, face: Face, faces: Mapping[int, Face]) -> None:
    match event.kind:
        case "case.merged":
            face.become_part(faces[event.data["into"]], at=event.at)
        case "case.unmerged":
            face.part_again(faces[event.data["out_of"]], at=event.at)
        case "case.opened" if event.data.get("at_once"):
            pass  # settled in the breath that opened it: nothing was promised
        case "case.opened" if face.case.split_from_id:
            face.inherit(_clocks({face.case.split_from_id})[face.case.split_from_id], at=event.at)
        case "case.opened":
            face.happened(Happened.OPENED, at=event.at, answered=_answered(event))
        case "case.settled":
            face.happened(Happened.SETTLED, at=event.at)
        case "case.reopened":
            face.happened(Happened.REOPENED, at=event.at)
        case "case.withdrawn":
            face.happened(Happened.WITHDRAWN, at=event.at)
        case "case.changed":
            _changed(event, face)
        case "message.added" if not event.data.get("waits") and _is_open(face.case, event.at):
            _said(event, face)
        case "message.sent" if event.data.get("waited") and _is_open(face.case, event.at):
            _said(event, face)


def _changed(event: Happening, face: Face) -> None:
    changes = event.data.get("changes", {})
    match changes.get("state"):
        case [_, CaseState.PENDING]:
            face.happened(Happened.WAITING, at=event.at)
        case [CaseState.PENDING, _]:
            face.happened(Happened.NOT_WAITING, at=event.at)
    why = next((name for name in RETARGETS if name in changes), "")
    if why and _is_open(face.case, event.at):
        face.target_again(at=event.at, why=why)


def _said(event: Happening, face: Face) -> None:
    match event.data.get("author"):
        case Author.CUSTOMER:
            face.happened(Happened.CUSTOMER_WROTE, at=event.at)
            if face.case.state == CaseState.PENDING and _waited_before(event, face.case):
                with suppress(NotPossible):  # settled or taken back a moment ago
                    face.case = cases.wait_for_customer(case=face.case, waiting=False, now=event.at, by=None)
        case Author.AGENT:
            face.happened(Happened.REPLIED, at=event.at)


def _answered(event: Happening) -> bool:
    """Whether a person of ours had written in the contact in which the case was opened."""
    contact = event.data.get("interaction")
    if not contact:
        return False
    said = Message.objects.filter(interaction=contact, author=Author.AGENT, at__lte=event.at)
    return said.exclude(state=DeliveryState.WITHDRAWN).exists()


def _is_open(case: Case, at: datetime) -> bool:
    """Whether the case was open then: what is said about one that is settled waits until it is reopened."""
    if case.withdrawn_at and case.withdrawn_at <= at:
        return False
    return case.settled_at is None or at < case.settled_at


def _waited_before(event: Happening, case: Case) -> bool:
    """Whether the case waited for the customer when the message came; not if somebody marked it later."""
    marks = Event.objects.filter(data__has_key="case", data__case=case.pk, kind="case.changed")
    last = marks.filter(data__changes__has_key="state").order_by("-id").values_list("at", flat=True).first()
    return last is None or last <= event.at


def _other_hours(event: Happening, faces: dict[int, Face]) -> None:
    """A calendar changed: the clocks that run by it get their times anew; those that have ended keep theirs."""
    book = Book()
    running = Clock.objects.filter(ended_at=None, calendar=event.data.get("id")).values_list("case", flat=True)
    missing = set(running) - set(faces)
    clocks = _clocks(missing)
    for case in Case.objects.filter(pk__in=missing).select_related("customer", "split_from"):
        faces[case.pk] = Face(case=case, book=book, clocks=clocks[case.pk])
    for key in set(running):
        for clock in faces[key].clocks:
            if clock.ended_at is None and clock.calendar_id == event.data.get("id"):
                faces[key].again(clock, at=event.at, why="calendar")
