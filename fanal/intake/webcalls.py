"""A call from a page: a contact like any other, and the same matter and person as the chat that it goes on from."""

from datetime import datetime

from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.channels.port import WEB, CallArrived, ContactStarted, Unprocessable
from fanal.intake import calls, matters_along
from fanal.intake.recognising import evidence_of, recognise
from fanal.intake.to_people import to_people
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction, WebCall
from fanal.routing import actions as routing
from fanal.routing.models import Queue
from fanal.routing.rules import HAS_CHAT
from fanal.scenarios import actions as scenarios
from fanal.scenarios.actions import Proven


def take(*, signal: CallArrived, now: datetime) -> Interaction:
    """The browser that was let in calls. A second line with the same secret is nobody's. Raises Unprocessable."""
    at = calls.moment(signal.at, now)
    web = interactions.use_web_call(web_call=signal.web_call, line=signal.line, now=now)
    if web is None:
        raise Unprocessable("web_call_used")
    if web.interaction:
        return web.interaction
    source = f"{WEB}{web.visitor}"
    blocked = ((web.account, web.visitor), (web.number, source))
    if any(interactions.is_blocked(account=of, source=who, now=now) for of, who in blocked):
        raise Unprocessable("blocked")
    interaction = interactions.start(
        account=web.number,
        source=source,
        thread=signal.line,
        given=web.given,
        entry_page=web.page,
        language=web.language,
        practice=bool(web.account.settings.get("practice")),
        now=at,
    )
    interactions.began_with(web_call=web, interaction=interaction)
    if web.chat:
        _goes_on(interaction, web.chat, now=at)
    else:
        _begins(interaction, web, now=at)
    calls.attach(interaction=interaction, signal=signal, now=at)
    return interaction


def _begins(interaction: Interaction, web: WebCall, *, now: datetime) -> None:
    """From the page alone: who it is by what the site signed and what was typed, and nobody is guessed."""
    started = ContactStarted(
        source=interaction.source, given=web.given, entry_page=web.page, language=web.language, signed_id=web.signed_id
    )
    proven = recognise(interaction=interaction, evidence=evidence_of(started, account=web.number), now=now)
    to_people(interaction=interaction, proven=proven, now=now)


def _goes_on(interaction: Interaction, chat: Interaction, *, now: datetime) -> None:
    """The same person, as sure as the chat was; the same matters; the same queue, and whoever has the chat first."""
    matters_along.carry(chat, interaction, now=now)
    choice = scenarios.match(interaction=interaction, proven=Proven(), now=now)
    before = routing.last_entry(chat)
    talk = interactions.running_segment(chat)
    routing.enqueue(
        interaction=interaction,
        queue=before.queue if before else choice.queue,
        priority=before.priority if before else choice.priority,
        skills=before.skills if before else choice.skills,
        preferred_agent=talk.agent if talk else None,
        preferred_why=HAS_CHAT if talk and talk.agent else "",
        now=now,
    )


def number_for(account: ChannelAccount) -> ChannelAccount | None:
    """Our side of the calls from this widget, if it may become one: `calls` in its settings is the code of a number."""
    code = account.settings.get("calls")
    if not isinstance(code, str) or not code:
        return None
    return ChannelAccount.objects.filter(kind=ChannelKind.VOICE, active=True, code=code).first()


def queue_for(account: ChannelAccount, chat: Interaction | None) -> Queue | None:
    """Where a call from here would wait: with its chat, else where the widget's or the number's contacts wait."""
    before = routing.last_entry(chat) if chat else None
    if before:
        return before.queue
    number = number_for(account)
    codes = [str(one.settings.get("queue", "")) for one in (number, account) if one]
    found = {queue.code: queue for queue in Queue.objects.filter(code__in=codes, active=True)}
    return next((found[code] for code in codes if code in found), None)


def may_call(account: ChannelAccount, chat: Interaction | None, *, now: datetime) -> bool:
    """Whether it makes sense to offer it: the account says so, it is open, and somebody there can be rung at all."""
    if number_for(account) is None:
        return False
    queue = queue_for(account, chat)
    return queue is not None and routing.takes_calls(queue, now=now)
