"""What a visitor does: begins, writes, reads, types, leaves. Stored under an idempotency key before it is answered."""

import logging
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Status

from fanal.api.problems import Problem
from fanal.api.visitors import Visitor
from fanal.api.widget.asking import account_of, limit
from fanal.api.widget.schemas import AnswerByMailIn, ContactIn, MarksIn, MessageIn, Stored, TypingIn
from fanal.channels.models import ChannelAccount
from fanal.channels.webchat import wire
from fanal.events.actions import hint
from fanal.holdings.keys import card_key
from fanal.intake import actions as intake
from fanal.intake import straight
from fanal.interactions import audience
from fanal.norms import emails, texts

log = logging.getLogger(__name__)
router = Router()
STEP_SECONDS = 0.15


@router.post("/contacts", response={202: Stored}, summary="Begin, with what the form asked")
def begin(request: HttpRequest, given: ContactIn) -> Status[Stored]:
    """The answer is the same, and takes as long, whether we know what was given or not."""
    began = time.monotonic()
    visitor, of = _who(request)
    limit(of, "send", visitor.id)
    check_form(given, of)
    body = {
        "given": dict(given.given),
        "page": given.page,
        "language": given.language,
        "signed_id": visitor.signed_id,
        "consent": of.settings.get("consent_text", "") if given.consent else "",
    }
    stored = take(of, visitor, given.id, "contact", body)
    # Looking people up takes longer when there is somebody: the clock of the answer says nothing of it.
    time.sleep(STEP_SECONDS - (time.monotonic() - began) % STEP_SECONDS)
    return Status(202, stored)


@router.post("/messages", response={202: Stored}, summary="Say something")
def say(request: HttpRequest, given: MessageIn) -> Status[Stored]:
    """A repeat with the same id is answered alike and changes nothing."""
    visitor, of = _who(request)
    limit(of, "send", visitor.id)
    return Status(202, said(of, visitor, given))


@router.post("/answers-by-mail", response={202: Stored}, summary="Ask for the answer by e-mail")
def answer_by_mail(request: HttpRequest, given: AnswerByMailIn) -> Status[Stored]:
    """The address is what the visitor says; it is not confirmed, and nothing is said of whether we know it."""
    visitor, of = _who(request)
    limit(of, "hint", f"mail:{visitor.id}")
    if emails.normalise(given.email) is None:
        fields = [{"field": "email", "error": "wrong", "message": _("This is no e-mail address.")}]
        raise Problem(422, "bad_address", _("This is no e-mail address."), fields=fields)
    return Status(202, take(of, visitor, given.id, "answer_to", {"email": given.email}))


@router.post("/marks", response={202: Stored}, summary="Got, or read, everything up to these messages")
def mark(request: HttpRequest, given: MarksIn) -> Status[Stored]:
    visitor, of = _who(request)
    limit(of, "hint", f"marks:{visitor.id}")
    key = f"marks-{given.delivered_up_to}-{given.read_up_to}"
    return Status(202, take(of, visitor, key, "marks", given.model_dump()))


@router.post("/typing", response={204: None}, summary="The visitor is typing, or stopped")
def typing(request: HttpRequest, given: TypingIn) -> Status[None]:
    visitor, of = _who(request)
    limit(of, "hint", visitor.id)
    interaction = intake.running(account=of, source=visitor.id)
    if interaction and (keys := audience.of(interaction)):
        hint(kind="typing", data={"interaction": interaction.pk, "author": "customer", "on": given.on}, audience=keys)
    return Status(204, None)


@router.delete("/contacts/current", response={202: Stored}, summary="End the talk, or leave the queue")
def leave(request: HttpRequest) -> Status[Stored]:
    visitor, of = _who(request)
    limit(of, "send", visitor.id)
    interaction = intake.running(account=of, source=visitor.id)
    if interaction is None:
        raise Problem(404, "no_contact", _("There is no open chat to end."))
    return Status(202, take(of, visitor, f"leave-{interaction.pk}", "leave", {}))


def said(of: ChannelAccount, visitor: Visitor, given: MessageIn) -> Stored:
    """Take a message, whichever door it came in by. Raises Problem when there is nothing in it."""
    if not texts.clean(given.text).strip() and not given.attachments:
        raise Problem(422, "empty", _("There is nothing in this message."))
    body = {
        "text": given.text,
        "attachments": given.attachments,
        "page": given.page,
        "language": given.language,
        "signed_id": visitor.signed_id,
    }
    return take(of, visitor, given.id, "message", body)


def take(of: ChannelAccount, visitor: Visitor, key: str, kind: str, body: Mapping[str, Any]) -> Stored:
    """Store, then try to process; a failure of the second is ours to mend and the sender's to know nothing of."""
    now, secret = timezone.now(), card_key()
    name, safe = f"{visitor.id}:{key}", wire.safe_body(kind, body, secret)
    if kind == "message" and (
        taken := straight.message(account=of, external_id=name, source=visitor.id, body=safe, key=secret, now=now)
    ):
        if not taken.processed:
            _try_to_process(taken.raw, now)
        return Stored(id=key, stored_at=taken.stored_at)
    raw = intake.receive(account=of, external_id=name, kind=kind, source=visitor.id, body=safe, now=now)
    _try_to_process(raw.pk, now)
    return Stored(id=key, stored_at=raw.received_at)


def _try_to_process(raw_id: int, now: datetime) -> None:
    try:
        intake.process(raw_id=raw_id, now=now)
    except DatabaseError:
        log.exception("input %s is stored and waits for the sweep", raw_id)


def _who(request: HttpRequest) -> tuple[Visitor, ChannelAccount]:
    visitor: Visitor = request.auth  # type: ignore[attr-defined]
    return visitor, account_of(visitor)


def check_form(given: ContactIn, of: ChannelAccount) -> None:
    """What the account's form demands must be there; each missing field is named."""
    demanded = [field["name"] for field in of.settings.get("form", []) if field.get("required")]
    missing = [name for name in demanded if not given.given.get(name)]
    if of.settings.get("consent_text") and not given.consent:
        missing.append("consent")
    if missing:
        fields = [{"field": name, "error": "missing", "message": _("This is needed.")} for name in missing]
        raise Problem(422, "incomplete", _("Something is missing in the form."), fields=fields)
