"""A visitor is let in for one call: a name and a secret are issued, used once, and forgotten."""

import secrets
import string
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from fanal.channels.asterisk.guests import BEGINS, Guest
from fanal.channels.models import ChannelAccount
from fanal.events.actions import publish
from fanal.interactions.models import Interaction, WebCall
from fanal.running.sealed import NotReadable, seal, unseal

PURPOSE = "web call"
GOOD_FOR = timedelta(seconds=60)
"""So long somebody may take to allow the microphone; a call that began goes on for as long as it likes."""
MOST_OPEN = 200
"""So many may be let in at one moment and not have called yet."""
_LETTERS = string.ascii_lowercase + string.digits


class NotLetIn(ValueError):
    """Why nobody is let in for a call: `code` is calling or full."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def let_in(
    *,
    account: ChannelAccount,
    number: ChannelAccount,
    visitor: str,
    chat: Interaction | None = None,
    given: Mapping[str, str] | None = None,
    signed_id: str = "",
    consent: Any = None,
    page: str = "",
    language: str = "",
    now: datetime,
) -> tuple[WebCall, str]:
    """One call for this visitor, and its secret, which is kept sealed alone; one that was not used is no good any more.

    Raises NotLetIn while a call of theirs goes on, and while too many were let in.
    """
    ChannelAccount.objects.select_for_update(of=("self",)).get(pk=account.pk)
    mine = WebCall.objects.filter(account=account, visitor=visitor)
    if mine.filter(interaction__isnull=False, interaction__ended_at=None).exists():
        raise NotLetIn("calling")
    for unused in mine.filter(ended_at=None).select_for_update():
        _end(unused, now=now)
    if WebCall.objects.filter(ended_at=None).count() >= MOST_OPEN:
        raise NotLetIn("full")
    secret = secrets.token_urlsafe(32)
    fresh = WebCall.objects.create(
        account=account,
        number=number,
        visitor=visitor,
        chat=chat,
        name=BEGINS + "".join(secrets.choice(_LETTERS) for _ in range(28)),
        secret=seal(secret, purpose=PURPOSE),
        given=dict(given or {}),
        signed_id=signed_id,
        consent=consent,
        page=page,
        language=language,
        issued_at=now,
    )
    _tell("web_call.issued", fresh, now=now)
    return fresh, secret


@transaction.atomic
def use_web_call(*, web_call: int, line: str, now: datetime) -> WebCall | None:
    """Its one line is there. None where it was used by another line, or came too late."""
    found = WebCall.objects.select_for_update(of=("self",)).filter(pk=web_call).first()
    if found is None or (found.ended_at and found.line != line):
        return None
    if found.ended_at is None:
        found.line = line
        _end(found, now=now)
    return found


def began_with(*, web_call: WebCall, interaction: Interaction) -> None:
    """This is the contact that it became."""
    web_call.interaction = interaction
    web_call.save(update_fields=["interaction"])


@transaction.atomic
def end_web_calls_left(*, now: datetime) -> int:
    """Whoever was let in and did not call; returns how many there were."""
    left = WebCall.objects.filter(ended_at=None, issued_at__lt=now - GOOD_FOR)
    rows = list(left.select_for_update(skip_locked=True))
    for row in rows:
        _end(row, now=now)
    return len(rows)


def wanted_guests() -> list[Guest]:
    """Who the PBX is to let in, for `channels.asterisk.guests.bring`; hold the secrets no longer than that."""
    found = []
    for row in WebCall.objects.filter(ended_at=None).select_related("account").order_by("pk"):
        try:
            secret, pictures = unseal(row.secret, purpose=PURPOSE), may_show_pictures(row.account)
            found.append(Guest(name=row.name, key=row.pk, secret=secret, pictures=pictures))
        except NotReadable:  # sealed under another secret of the installation: it runs out by itself
            continue
    return found


def may_show_pictures(account: ChannelAccount) -> bool:
    """Whether calls from this widget may have cameras and screens: only where its settings say so."""
    return account.settings.get("pictures") is True


def web_call_of(*, account: ChannelAccount, visitor: str) -> WebCall | None:
    """The last one of this visitor that became a call."""
    rows = WebCall.objects.filter(account=account, visitor=visitor, interaction__isnull=False)
    return rows.select_related("interaction", "number").order_by("-id").first()


def other_ends(interaction: Interaction) -> list[Interaction]:
    """The chat that became this call, or the calls that this chat became, as long as they go on."""
    same = Q(web_calls__interaction=interaction) | Q(web_call__chat=interaction)
    return list(Interaction.objects.filter(same, ended_at=None).distinct().order_by("pk"))


def _end(row: WebCall, *, now: datetime) -> None:
    row.ended_at, row.secret = max(now, row.issued_at), ""
    row.save(update_fields=["ended_at", "secret", "line"])
    _tell("web_call.ended", row, now=now)


def _tell(kind: str, row: WebCall, *, now: datetime) -> None:
    publish(kind=kind, data={"web_call": row.pk}, audience=[], now=now)
