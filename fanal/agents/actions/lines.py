"""The agents' phones: a line is issued to a browser or entered for a desk, found reachable by the PBX, and ends.

The PBX is brought to what these rows say by whoever holds its line (`wanted_lines`); nothing here waits for it.
"""

import hashlib
import secrets
import string
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import CharField, F, Func, QuerySet

from fanal.agents.kept import kept
from fanal.agents.models import Agent, Permission, PhoneKind, PhoneLine
from fanal.channels.asterisk.lines import BEGINS, Line, address_of
from fanal.events.actions import publish
from fanal.running.sealed import NotReadable, seal, unseal

PURPOSE = "phone line"
CALLS = "voice"
REGISTERS_WITHIN = timedelta(seconds=30)
_LETTERS = string.ascii_lowercase + string.digits
_TYPED = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody takes for another when typing them into a telephone."""


class NoLine(ValueError):
    """Why there is no phone for this person here: `code` is rights, elsewhere or desk."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def issue_line(*, agent: Agent, session: str, take: bool, now: datetime) -> tuple[PhoneLine, str]:
    """The line of this sign-in, the same for all its pages and reloads, and its secret, which is kept sealed alone.

    A person has one phone: while another of their browsers has it and can be rung, or was given it just now, it comes
    here only if `take` says so. The other's line ends. Raises NoLine.
    """
    row = Agent.objects.select_for_update(of=("self",)).select_related("role").get(pk=agent.pk)
    if not may_have_line(row):
        raise NoLine("rights")
    mine = {line.kind: line for line in PhoneLine.objects.open().filter(agent=row)}
    if PhoneKind.DESK in mine and mine[PhoneKind.DESK].rings:
        raise NoLine("desk")
    there = mine.get(PhoneKind.BROWSER)
    if there:
        if there.session == _hash(session) and (secret := _secret_of(there)):
            return there, secret
        if there.session != _hash(session) and not take and _is_in_use(there, now=now):
            raise NoLine("elsewhere")
        _end(there, by=row, now=now)
    secret = secrets.token_urlsafe(32)
    line = PhoneLine.objects.create(
        agent=row,
        kind=PhoneKind.BROWSER,
        name=_new_name(),
        secret=seal(secret, purpose=PURPOSE),
        session=_hash(session),
        issued_at=now,
    )
    _tell("line.issued", line, by=row, now=now)
    return line, secret


@transaction.atomic
def enter_desk_phone(*, agent: Agent, address: str, by: Agent, now: datetime) -> PhoneLine:
    """From now on this person is rung at a phone on the desk, in place of the browser. Raises ValueError."""
    address = address_of(address)
    row = Agent.objects.select_for_update(of=("self",)).get(pk=agent.pk)
    there = PhoneLine.objects.open().filter(agent=row, kind=PhoneKind.DESK, address=address).first()
    if there:
        return there
    end_lines(agent=row, by=by, now=now)
    line = PhoneLine.objects.create(agent=row, kind=PhoneKind.DESK, name=_new_name(), address=address, issued_at=now)
    _tell("line.issued", line, by=by, now=now)
    return line


@transaction.atomic
def make_desk_phone(*, agent: Agent, by: Agent, now: datetime) -> tuple[PhoneLine, str]:
    """An account with which a phone on the desk signs in at the PBX, and its password, which nobody is shown again.

    One that there was is over. Where the person is rung stays as it is until somebody says otherwise. Raises NoLine.
    """
    row = Agent.objects.select_for_update(of=("self",)).select_related("role").get(pk=agent.pk)
    if not row.is_active or not may_have_line(row):
        raise NoLine("rights")
    before = PhoneLine.objects.open().filter(agent=row, kind=PhoneKind.DESK).first()
    end_lines(agent=row, kinds=[PhoneKind.DESK], by=by, now=now)
    secret = _typed(24)
    line = PhoneLine.objects.create(
        agent=row,
        kind=PhoneKind.DESK,
        name=BEGINS + _typed(10),
        secret=seal(secret, purpose=PURPOSE),
        rings=bool(before and before.rings),
        issued_at=now,
    )
    _tell("line.issued", line, by=by, now=now)
    return line, secret


@transaction.atomic
def ring_at(*, agent: Agent, kind: str, by: Agent, now: datetime) -> None:
    """Which of their phones rings from now on; the browser's line ends where it is not that one. Raises NoLine."""
    row = Agent.objects.select_for_update(of=("self",)).get(pk=agent.pk)
    desk = PhoneLine.objects.open().filter(agent=row, kind=PhoneKind.DESK).first()
    if not desk:
        if kind == PhoneKind.DESK:
            raise NoLine("no_desk_phone")
        return
    if desk.rings == (kind == PhoneKind.DESK):
        return
    desk.rings = kind == PhoneKind.DESK
    desk.save(update_fields=["rings"])
    if desk.rings:
        end_lines(agent=row, kinds=[PhoneKind.BROWSER], by=by, now=now)
    _tell("line.chosen", desk, by=by, now=now)


def note_place(*, name: str, place: str) -> None:
    """Where the phone of this name signed in."""
    PhoneLine.objects.open().filter(name=name).exclude(place=place).update(place=place)


@transaction.atomic
def end_lines(*, agent: Agent, kinds: Collection[str] = PhoneKind.values, by: Agent | None, now: datetime) -> int:
    """The person's phones are rung no more, and whoever kept a secret cannot use it; returns how many there were."""
    lines = PhoneLine.objects.open().filter(agent=agent, kind__in=kinds).select_for_update()
    for line in lines:
        _end(line, by=by, now=now)
    return len(lines)


@transaction.atomic
def end_lines_left(*, agent: Agent | None = None, now: datetime) -> int:
    """The lines of browsers that are signed in no more, this person's or everybody's; returns how many there were."""
    open_ones = PhoneLine.objects.open().filter(kind=PhoneKind.BROWSER).select_for_update()
    lines = list(open_ones.filter(agent=agent) if agent else open_ones)
    live = _live_sessions(among=[line.session for line in lines], now=now) if lines else set()
    left = [line for line in lines if line.session not in live]
    for line in left:
        _end(line, by=None, now=now)
    return len(left)


@transaction.atomic
def note_reachable(*, seen: Mapping[str, bool], now: datetime) -> None:
    """What the PBX says of its endpoints, by name: who can be rung there and who cannot. Others stay as they are."""
    lines = PhoneLine.objects.open().filter(name__in=seen).order_by("pk").select_for_update()
    for line in lines:
        if line.reachable != seen[line.name]:
            line.reachable, line.reachable_at = seen[line.name], now
            line.save(update_fields=["reachable", "reachable_at"])
            _tell("line.changed", line, by=None, now=now)


def note_unreachable(*, now: datetime) -> None:
    """The PBX is away: nobody can be rung until it says otherwise."""
    note_reachable(seen=dict.fromkeys(PhoneLine.objects.there().values_list("name", flat=True), False), now=now)


def phone_of(agent: Agent) -> PhoneLine | None:
    """Where this person can be rung at this moment; the phone on the desk, if there is one, before the browser."""
    lines = _reachable(agent=agent.pk)
    return max(lines, key=lambda line: line.kind == PhoneKind.DESK, default=None)


@kept
def _reachable(agent: int) -> QuerySet[PhoneLine]:
    return PhoneLine.objects.reachable().filter(agent=agent)


def wanted_lines() -> list[Line]:
    """The lines that the PBX is to know, for `channels.asterisk.lines.bring`; hold the secrets no longer than that.

    A line whose secret was sealed under another secret of the installation cannot be used, and is left out.
    """
    return [
        Line(name=line.name, key=line.pk, secret=secret, address=line.address, on_desk=line.kind == PhoneKind.DESK)
        for line in PhoneLine.objects.open().order_by("pk")
        if (secret := _secret_of(line)) or line.address
    ]


def may_have_line(agent: Agent) -> bool:
    """Whether calls can be offered to this person at all."""
    return agent.may(Permission.HANDLE) and int(agent.capacity.get(CALLS) or 0) > 0


def _is_in_use(line: PhoneLine, *, now: datetime) -> bool:
    """It can be rung, or never could yet and was issued just now; a browser that died could, and cannot any more."""
    comes = line.reachable_at is None and now - line.issued_at < REGISTERS_WITHIN
    rung = line.reachable or comes
    return rung and bool(_live_sessions(among=[line.session], now=now))


def _end(line: PhoneLine, *, by: Agent | None, now: datetime) -> None:
    line.ended_at, line.secret = max(now, line.issued_at), ""
    if line.reachable:
        line.reachable, line.reachable_at = False, now
    line.save(update_fields=["ended_at", "secret", "reachable", "reachable_at"])
    _tell("line.ended", line, by=by, now=now)


def _secret_of(line: PhoneLine) -> str:
    """Empty for a phone that is called at its address, and for what cannot be opened."""
    try:
        return unseal(line.secret, purpose=PURPOSE)
    except NotReadable:
        return ""


def _live_sessions(*, among: Iterable[str], now: datetime) -> set[str]:
    """Which of these hashes are of the key of a sign-in that still holds."""
    of_key = Func(
        F("session_key"), template="encode(sha256((%(expressions)s)::bytea), 'hex')", output_field=CharField()
    )
    live = Session.objects.filter(expire_date__gt=now).annotate(of_key=of_key).filter(of_key__in=list(among))
    return set(live.values_list("of_key", flat=True))


def _hash(session: str) -> str:
    return hashlib.sha256(session.encode()).hexdigest()


def _new_name() -> str:
    """Of 124 random bits; a name is used once."""
    return BEGINS + "".join(secrets.choice(_LETTERS) for _ in range(24))


def _typed(length: int) -> str:
    """Five bits a letter: the password of a phone on the desk has about 118."""
    return "".join(secrets.choice(_TYPED) for _ in range(length))


def _tell(kind: str, line: PhoneLine, *, by: Agent | None, now: datetime) -> None:
    publish(
        kind=kind,
        data={"line": line.pk, "agent": line.agent_id}
        | ({"reachable": line.reachable} if kind == "line.changed" else {}),
        audience=[f"agent:{line.agent_id}"],
        now=now,
        by=by.pk if by else None,
    )
