"""Filters of the case list are kept under a name, for oneself or for others."""

from datetime import datetime

from django.db import transaction

from fanal.agents.models import Agent, Permission
from fanal.cases import rules
from fanal.cases.models import SavedView, Sharing, ViewPlace
from fanal.events.actions import publish

LONGEST_NAME, LONGEST_QUERY = 60, 1000


@transaction.atomic
def save_view(*, name: str, query: str, shared: str = Sharing.OWN, now: datetime, by: Agent) -> SavedView:
    """Keep a query under a name; the same name again replaces one's own view. Raises NotPossible.

    With the team only by whoever is in one, with everybody only by whoever supervises.
    """
    name = _checked(name, query, shared, by)
    team = by.team if shared == Sharing.TEAM else None
    made, _ = SavedView.objects.update_or_create(
        agent=by, name=name, defaults={"query": query, "shared": shared, "team": team, "at": now}
    )
    publish(kind="view.saved", data={"view": made.pk}, audience=[f"agent:{by.pk}"], now=now, by=by.pk)
    return made


@transaction.atomic
def change_view(*, view: SavedView, name: str, shared: str, now: datetime, by: Agent) -> SavedView:
    """One's own view under another name, or for others. Raises NotPossible."""
    view.name = _checked(name, view.query, shared, by)
    if SavedView.objects.filter(agent=by, name=view.name).exclude(pk=view.pk).exists():
        raise rules.NotPossible("view_name_taken")
    view.shared, view.team, view.at = shared, by.team if shared == Sharing.TEAM else None, now
    view.save(update_fields=["name", "shared", "team", "at"])
    publish(kind="view.saved", data={"view": view.pk}, audience=[f"agent:{by.pk}"], now=now, by=by.pk)
    return view


@transaction.atomic
def move_view(*, view: SavedView, by_places: int, now: datetime, by: Agent) -> None:
    """Put a view further to the front or the back of one's own list; beyond its ends it stays."""
    order = list(SavedView.objects.visible_to(by).placed_for(by).values_list("pk", flat=True))
    here = order.index(view.pk)
    order.insert(max(0, here + by_places), order.pop(here))
    for place, key in enumerate(order):
        ViewPlace.objects.update_or_create(agent=by, view_id=key, defaults={"position": place})
    _placed(view, now=now, by=by)


@transaction.atomic
def open_with(*, view: SavedView, opens: bool, now: datetime, by: Agent) -> None:
    """From now on the list of cases opens with this view for whoever says so, or no longer."""
    ViewPlace.objects.filter(agent=by, opens=True).update(opens=False)
    if opens:
        number = SavedView.objects.visible_to(by).count()
        place, _new = ViewPlace.objects.get_or_create(agent=by, view=view, defaults={"position": number})
        place.opens = True
        place.save(update_fields=["opens"])
    _placed(view, now=now, by=by)


def _placed(view: SavedView, *, now: datetime, by: Agent) -> None:
    publish(kind="view.placed", data={"view": view.pk}, audience=[f"agent:{by.pk}"], now=now, by=by.pk)


def _checked(name: str, query: str, shared: str, by: Agent) -> str:
    """The name as it is kept. Raises NotPossible for it, or for whom one may not share with."""
    name = " ".join(name.replace("\x00", "").split())
    if not name:
        raise rules.NotPossible("view_name_missing")
    if len(name) > LONGEST_NAME or len(query) > LONGEST_QUERY:
        raise rules.NotPossible("view_too_long")
    if shared == Sharing.TEAM and by.team_id is None:
        raise rules.NotPossible("view_no_team")
    if shared == Sharing.ALL and not by.may(Permission.SUPERVISE):
        raise rules.NotPossible("view_not_shared")
    return name


@transaction.atomic
def forget_view(*, view: SavedView, now: datetime, by: Agent) -> None:
    """One's own view goes, for everybody it was shared with."""
    publish(kind="view.forgotten", data={"view": view.pk}, audience=[f"agent:{by.pk}"], now=now, by=by.pk)
    view.delete()
