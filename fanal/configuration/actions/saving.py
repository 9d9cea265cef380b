"""One row of the configuration is written down or taken away, with who changed what, and with what follows from it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model

from fanal.agents.actions import change_rights, end_lines, end_sign_ins, revoke_keys
from fanal.agents.models import Agent, Permission, Role
from fanal.channels.models import ChannelAccount
from fanal.configuration.models import ConfigurationChange
from fanal.configuration.shapes import BY_MODEL, describe, key_of
from fanal.configuration.wording import NotPossible
from fanal.events.actions import publish
from fanal.routing.actions import sign_out
from fanal.routing.models import Queue

Children = Mapping[str, Sequence[Mapping[str, Any]]]


@transaction.atomic
def save(
    *,
    row: Model,
    children: Children | None = None,
    many: Mapping[str, Iterable[Model]] | None = None,
    by: Agent | None,
    now: datetime,
) -> Model:
    """Save a new or changed row with the rows that belong to it; the same again changes nothing and says nothing.

    Raises NotPossible when whoever does it would lose the right to administer by it.
    """
    kind = type(row)
    stored = kind._default_manager.select_for_update(of=("self",)).filter(pk=row.pk).first() if row.pk else None
    before = describe(stored) if stored else {}
    hidden = describe(stored, secrets=True) if stored else {}
    row.save()
    for accessor, wanted in (children or {}).items():
        _replace(row, accessor, wanted)
    for name, others in (many or {}).items():
        getattr(row, name).set(others)
    fresh = kind._default_manager.get(pk=row.pk)
    after = describe(fresh)
    if before == after:
        if stored and hidden != describe(fresh, secrets=True):
            remember(fresh, {"secret": "old"}, {"secret": "new"}, by=by, now=now)
        return fresh
    _follow(fresh, before, after, by=by, now=now)
    _keep_an_administrator(by)
    remember(fresh, before, after, by=by, now=now)
    return fresh


@transaction.atomic
def remove(*, row: Model, by: Agent, now: datetime) -> None:
    """Take away what was never used. Raises NotPossible: what anything refers to stays."""
    own = set(BY_MODEL[type(row)].children)
    for relation in row._meta.related_objects:
        accessor = relation.get_accessor_name()
        if accessor not in own and relation.related_model._base_manager.filter(**{relation.field.name: row}).exists():
            raise NotPossible("in_use")
    before = describe(row)
    remember(row, before, {}, by=by, now=now)
    row.delete()


@transaction.atomic
def save_secret(*, account: ChannelAccount, by: Agent, now: datetime) -> None:
    """Keep a new secret of a channel account; that it changed is remembered, what it is is not."""
    account.save(update_fields=["settings"])
    remember(account, {"secret": "old"}, {"secret": "new"}, by=by, now=now)


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Field to [before, after], for the fields that differ."""
    names = dict.fromkeys([*before, *after])
    return {name: [before.get(name), after.get(name)] for name in names if before.get(name) != after.get(name)}


def _replace(row: Model, accessor: str, wanted: Sequence[Mapping[str, Any]]) -> None:
    """Rows nobody else refers to: all of them anew."""
    back, _ = BY_MODEL[type(row)].children[accessor]
    related = getattr(row, accessor)
    related.all().delete()
    related.model._default_manager.bulk_create(related.model(**{back: row}, **part) for part in wanted)


def _follow(
    row: Model, before: Mapping[str, Any], after: Mapping[str, Any], *, by: Agent | None, now: datetime
) -> None:
    """Whoever may do or see something else now is told; whoever may not work here any more goes at once."""
    changed = set(changes_between(before, after))
    match row:
        case Agent() if before and changed & {"role", "is_active", "practising", "email"}:
            end_sign_ins(agent=row, by=by, now=now)
            sign_out(agent=row, by=by, now=now)
            if not row.is_active:
                revoke_keys(agent=row, by=by, now=now)
                end_lines(agent=row, by=by, now=now)
        case Agent() if before and "team" in changed:
            change_rights(agent=row, by=by, now=now)
        case Role() if before and changed & {"permissions", "field_classes"}:
            for agent in Agent.objects.filter(role=row, is_active=True):
                change_rights(agent=agent, by=by, now=now)
        case Queue() if "managers" in changed:
            touched = set(before.get("managers", [])) ^ set(after.get("managers", []))
            for agent in Agent.objects.filter(email__in=touched):
                change_rights(agent=agent, by=by, now=now)


def _keep_an_administrator(by: Agent | None) -> None:
    if by and not Agent.objects.select_related("role").get(pk=by.pk).may(Permission.ADMINISTER):
        raise NotPossible("own_rights")


def remember(
    row: Model, before: Mapping[str, Any], after: Mapping[str, Any], *, by: Agent | None, now: datetime
) -> None:
    """Keep in the history of a row what changed about it, and by whom."""
    kind = BY_MODEL[type(row)].code
    ConfigurationChange.objects.create(
        kind=kind, key=key_of(row), changes=changes_between(before, after), by=by, at=now
    )
    publish(
        kind="config.changed",
        data={"what": kind, "id": row.pk},
        audience=["admins"],
        now=now,
        by=by.pk if by else None,
    )
