"""How a visitor's contact stands: waiting, talking, ended; open or not; how long it may take. Honest, or null."""

from datetime import datetime, timedelta

from fanal.api.visitors import Visitor
from fanal.api.widget.schemas import StateOut
from fanal.channels.models import ChannelAccount
from fanal.environment import environment
from fanal.identity.masking import masked
from fanal.intake import webcalls
from fanal.interactions import actions as interactions
from fanal.interactions.models import Block, EndReason, Interaction, Segment
from fanal.routing import actions as routing
from fanal.routing.models import WAITS, AtClosing, Queue, QueueEntry

SHOWN_AFTER_END = timedelta(hours=24)
OFFERED_AFTER = (EndReason.CLOSED, EndReason.ABANDONED, EndReason.TIMEOUT, EndReason.CUSTOMER)
"""When a chat ended thus the answer may come by mail; what an agent has finished is answered."""


def contact_of(visitor: Visitor, *, now: datetime) -> Interaction | None:
    """The open contact of this visitor, or the last one for a day after its end."""
    last = Interaction.objects.filter(account=visitor.account, source=visitor.id).order_by("-id").first()
    return None if last is None or (last.ended_at and last.ended_at < now - SHOWN_AFTER_END) else last


def before_contact(of: ChannelAccount, *, now: datetime) -> StateOut:
    """What somebody may expect who has not written yet."""
    queue = Queue.objects.filter(code=of.settings.get("queue", ""), active=True).first()
    if queue is None:
        return StateOut(phase="none", open=True, available=True)
    expected = routing.estimate_wait(queue=queue, now=now)
    return StateOut(
        phase="none",
        open=expected.open,
        opens_at=expected.opens_at,
        available=expected.agents_available > 0,
        estimate_seconds=expected.seconds,
    )


def standing(of: ChannelAccount, visitor: Visitor, contact: Interaction | None, *, now: datetime) -> StateOut:
    """How it stands now."""
    if contact is None:
        state = before_contact(of, now=now)
    elif contact.ended_at:
        state = before_contact(of, now=now).model_copy(update={"phase": "ended", "end_reason": contact.end_reason})
    else:
        state = _running(of, contact, now=now)
    address = masked(contact.answer_to) if contact and contact.answer_to else ""
    talks = contact if contact and contact.ended_at is None else None
    call = "possible" if environment.pbx_public_url and webcalls.may_call(of, talks, now=now) else ""
    state = state.model_copy(update={"by_mail": _by_mail(of, contact), "answer_to": address, "call": call})
    block = (
        Block.objects.filter(account=of, source=visitor.id, lifted_at=None, until__gt=now).order_by("-until").first()
    )
    return state.model_copy(update={"blocked_until": block.until}) if block else state


def _by_mail(of: ChannelAccount, contact: Interaction | None) -> str:
    """Whether the answer can come by mail: we have an address to write from, and there is something to answer."""
    if contact is None:
        return ""
    if contact.answer_to:
        return "asked"
    offers = contact.ended_at is None or contact.end_reason in OFFERED_AFTER
    account = interactions.mail_account(practice=bool(of.settings.get("practice"))) if offers else None
    return "possible" if account else ""


def _running(of: ChannelAccount, contact: Interaction, *, now: datetime) -> StateOut:
    owner = Segment.objects.filter(interaction=contact, ended_at=None).select_related("agent").first()
    if owner and owner.agent:
        return StateOut(phase="talking", open=True, available=True, agent=first_name(owner.agent.name))
    entry = QueueEntry.objects.filter(interaction=contact, state__in=WAITS).select_related("queue").first()
    if entry is None:
        return before_contact(of, now=now).model_copy(update={"phase": "waiting", "estimate_seconds": None})
    place = routing.standing_of(entry, now=now)
    expected = place.expected
    return StateOut(
        phase="waiting",
        open=expected.open or entry.queue.at_closing == AtClosing.FINISH,
        opens_at=expected.opens_at,
        available=expected.agents_available > 0,
        estimate_seconds=place.seconds,
        position=place.position,
    )


def first_name(name: str) -> str:
    """Customers learn the first name of whoever answers, not more."""
    return name.split(maxsplit=1)[0] if name.strip() else ""
