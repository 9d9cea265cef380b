"""Sign-ins end and rights change at once: pages, fragments and open event streams alike."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F

from fanal.agents.actions.lines import end_lines, end_lines_left
from fanal.agents.models import Agent, PhoneKind, PhoneLine
from fanal.events.actions import publish


@transaction.atomic
def end_sign_ins(*, agent: Agent, by: Agent | None, now: datetime) -> int:
    """Sign the person out of every browser; returns how many there were. Open event streams end as well."""
    sessions = UserSession.objects.filter(user=agent)
    keys = list(sessions.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    sessions.delete()
    change_rights(agent=agent, by=by, now=now)
    return len(keys)


@transaction.atomic
def change_rights(*, agent: Agent, by: Agent | None, now: datetime) -> None:
    """What the person may see is different from now on: open streams end and are opened again with the new keys.

    So does the phone in the browser; a call that it carries goes on.
    """
    end_lines(agent=agent, kinds=[PhoneKind.BROWSER], by=by, now=now)
    Agent.objects.filter(pk=agent.pk).update(authority=F("authority") + 1)
    agent.refresh_from_db(fields=["authority"])
    publish(
        kind="rights.changed",
        data={"agent": agent.pk},
        audience=[f"agent:{agent.pk}"],
        now=now,
        by=by.pk if by else None,
    )


def note_sign_out(*, agent: Agent, now: datetime) -> bool:
    """One browser signed out, so its stream and its phone end; returns whether it was the last one of this person."""
    publish(kind="session.ended", data={"agent": agent.pk}, audience=[f"agent:{agent.pk}"], now=now, by=agent.pk)
    end_lines_left(agent=agent, now=now)
    return not _is_signed_in(agent, now=now)


def has_signed_out(*, agent: Agent, now: datetime) -> bool:
    """They had a phone by a sign-in and have neither any more."""
    lines = PhoneLine.objects.filter(agent=agent)
    return lines.exists() and not lines.open().filter(rings=True).exists() and not _is_signed_in(agent, now=now)


def _is_signed_in(agent: Agent, *, now: datetime) -> bool:
    live = Session.objects.filter(expire_date__gt=now).values("session_key")
    return bool(UserSession.objects.filter(user=agent, session_key__in=live).exists())
