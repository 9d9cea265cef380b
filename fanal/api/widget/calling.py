"""A visitor calls: is let in at the exchange for one call, and asks how it stands."""

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Status

from fanal.api import limits
from fanal.api.problems import Problem
from fanal.api.visitors import Visitor
from fanal.api.widget.asking import account_of, limit
from fanal.api.widget.schemas import CallIn, CallOut, CallStateOut
from fanal.api.widget.sending import check_form
from fanal.api.widget.standing import first_name
from fanal.channels.webchat import wire
from fanal.environment import environment
from fanal.holdings.keys import card_key
from fanal.intake import actions as intake
from fanal.intake import webcalls
from fanal.interactions import actions as interactions
from fanal.interactions.models import Hold, Interaction
from fanal.routing import actions as routing
from fanal.routing.models import WAITS, QueueEntry
from fanal.running.pbx.configuration.dialplan import GUESTS_CALL
from fanal.running.relays.credentials import relays

router = Router()


@router.post("/calls", response={201: CallOut}, summary="Be let in for one call")
def call(request: HttpRequest, given: CallIn) -> Status[CallOut]:
    """What is given is good for one call within a minute. Where the visitor chats, the call goes on from the chat."""
    visitor: Visitor = request.auth  # type: ignore[attr-defined]
    of, now = account_of(visitor), timezone.now()
    limit(of, "call", visitor.id)
    limit(of, "calls", f"calls:{limits.address(request)}")
    chat = intake.running(account=of, source=visitor.id)
    if interactions.is_blocked(account=of, source=visitor.id, now=now):
        raise Problem(403, "blocked", _("You cannot call from here."))
    number = webcalls.number_for(of) if environment.pbx_public_url else None
    if number is None or not webcalls.may_call(of, chat, now=now):
        raise Problem(
            409, "nobody", _("Nobody can take a call at the moment. You can write; we answer as soon as we can.")
        )
    if chat is None:
        check_form(given, of)
    asked = {"given": dict(given.given), "page": given.page, "language": given.language}
    safe = wire.safe_body("contact", asked, card_key())
    try:
        web, secret = interactions.let_in(
            account=of,
            number=number,
            visitor=visitor.id,
            chat=chat,
            given=chat.given if chat else safe["given"],
            signed_id=visitor.signed_id,
            consent=of.settings.get("consent_text") if given.consent else None,
            page=safe["page"],
            language=given.language,
            now=now,
        )
    except interactions.NotLetIn as problem:
        if problem.code == "full":
            raise Problem(503, "full", _("Too many calls at once. Try again in a minute.")) from problem
        raise Problem(409, "calling", _("You are calling already, in another window.")) from problem
    ice = relays(urls=environment.turn_urls, secret=environment.turn_secret, who=web.name, now=now)
    out = CallOut(
        url=environment.pbx_public_url, name=web.name, secret=secret, entry=GUESTS_CALL, relays=ice,
        pictures=interactions.may_show_pictures(of),
    )  # fmt: skip
    return Status(201, out)


@router.get("/calls/current", response=CallStateOut, summary="How the call stands")
def current(request: HttpRequest) -> CallStateOut:
    visitor: Visitor = request.auth  # type: ignore[attr-defined]
    of = account_of(visitor)
    limit(of, "fetch", visitor.id)
    web = interactions.web_call_of(account=of, visitor=visitor.id)
    if web is None or web.interaction is None:
        return CallStateOut(phase="none")
    return _standing(web.interaction)


def _standing(contact: Interaction) -> CallStateOut:
    if contact.ended_at:
        return CallStateOut(phase="ended")
    owner = interactions.running_segment(contact)
    if owner and owner.agent:
        held = Hold.objects.filter(segment=owner, ended_at=None).exists()
        return CallStateOut(phase="held" if held else "talking", agent=first_name(owner.agent.name))
    entry = QueueEntry.objects.filter(interaction=contact, state__in=WAITS).select_related("queue").first()
    if entry is None:
        return CallStateOut(phase="waiting")
    place = routing.standing_of(entry, now=timezone.now())
    return CallStateOut(phase="waiting", position=place.position, estimate_seconds=place.seconds)
