"""Hearing of a case that is not one's own: followed by oneself, or by being called by name in a note."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from fanal.agents.models import Agent
from fanal.cases import rules
from fanal.cases.actions import notices
from fanal.cases.actions.telling import tell
from fanal.cases.models import Case, CaseFollower, CaseHelper, Part
from fanal.cases.rules.mentions import Colleague, mentioned


@dataclass(frozen=True, kw_only=True)
class Called:
    """The people whom a text calls by name: those who may see the case, and those who may not.

    `unclear`: names that several have, so that nobody is told.
    """

    seeing: list[Agent]
    blind: list[Agent]
    unclear: list[str] = field(default_factory=list)


@transaction.atomic
def follow(*, case: Case, agent: Agent, now: datetime, by: Agent) -> bool:
    """From now on `agent` hears of the case; False when they did already. Raises NotPossible for one not to be seen."""
    if not notices.who_see(case, [agent.pk]):
        raise rules.NotPossible("follower_sees_not")
    _, new = CaseFollower.objects.get_or_create(case=case, agent=agent, defaults={"since": now})
    if new:
        tell(case, "case.followed", by=by, now=now, data={"agent": agent.pk}, also=[f"agent:{agent.pk}"])
    return new


@transaction.atomic
def unfollow(*, case: Case, agent: Agent, now: datetime, by: Agent) -> bool:
    gone, _ = CaseFollower.objects.filter(case=case, agent=agent).delete()
    if gone:
        tell(case, "case.unfollowed", by=by, now=now, data={"agent": agent.pk}, also=[f"agent:{agent.pk}"])
    return bool(gone)


def tell_followers(
    case: Case,
    kind: str,
    *,
    by: Agent | None,
    now: datetime,
    but: set[int] | None = None,
    burst: timedelta | None = None,
) -> list[int]:
    """Tell the owner and whoever follows or helps, in the caller's transaction; `but`: who hears of it otherwise."""
    helping = CaseHelper.objects.filter(case=case, part=Part.HELPS, left_at=None).order_by()
    followers = CaseFollower.objects.filter(case=case).order_by()
    rows = followers.values_list("agent", flat=True).union(helping.values_list("agent", flat=True))
    concerned = set(rows) - (but or set())
    if case.owner_id and case.owner_id not in (but or ()):
        concerned.add(case.owner_id)
    return notices.tell(agents=concerned, kind=kind, case=case, by=by, now=now, burst=burst)


def called(case: Case, text: str) -> Called:
    """Whom a note calls by name."""
    if "@" not in text:
        return Called(seeing=[], blind=[])
    calls = mentioned(text, colleagues(practice=case.practice))
    seeing = notices.who_see(case, calls.people)
    blind = Agent.objects.filter(pk__in=calls.people - {agent.pk for agent in seeing}).order_by("name")
    return Called(seeing=seeing, blind=list(blind), unclear=list(calls.unclear))


def colleagues(*, practice: bool) -> list[Colleague]:
    """Everybody who works on this side of the house; of several of one name each has what tells them apart."""
    rows = list(Agent.objects.filter(is_active=True, practising=practice).values_list("pk", "name", "email"))
    same = Counter(_plain(name) for _pk, name, _email in rows)
    return [
        Colleague(id=pk, name=name, also=email.partition("@")[0] if same[_plain(name)] > 1 else "")
        for pk, name, email in rows
    ]


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def call(case: Case, text: str, *, by: Agent, now: datetime) -> set[int]:
    """Those whom a text calls by name are told, and follow the case from now on."""
    seeing = called(case, text).seeing
    for agent in seeing:
        follow(case=case, agent=agent, now=now, by=by)
    people = {agent.pk for agent in seeing}
    notices.tell(agents=people, kind="mentioned", case=case, by=by, now=now)
    return people


def noted(case: Case, text: str, *, by: Agent, now: datetime) -> None:
    """A note was written: the owner, and whoever follows or is called by name, hear of it."""
    tell_followers(case, "noted", by=by, now=now, but=call(case, text, by=by, now=now))
