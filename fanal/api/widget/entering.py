"""A visitor arrives: gets a token, renews it, and may show who the host site says they are."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router

from fanal.api import limits, visitors
from fanal.api.visitors import BadToken, Visitor
from fanal.api.widget.asking import LARGEST_BODY, account, limit
from fanal.api.widget.schemas import AccountCode, Refusal, StateOut, VisitorIn, VisitorOut
from fanal.api.widget.standing import before_contact
from fanal.channels.models import ChannelAccount
from fanal.channels.webchat.identities import AlreadyShown, remember

router = Router()


@router.post("/visitors", response=VisitorOut, auth=None, summary="Start, or renew a token")
def enter(request: HttpRequest, given: VisitorIn) -> VisitorOut:
    """A wrong, expired or foreign identity is said and left aside: the visitor may go on without one."""
    limits.check_size(request, LARGEST_BODY)
    of = account(given.account)
    limit(of, "enter", limits.address(request))
    now = timezone.now()
    known = _known(given.token, of, now)
    signed_id, refusal = _signed(given.identity, of, known, now)
    if known and known.signed_id and known.signed_id != signed_id:
        known = None  # somebody else, or nobody, is signed in at the host now: not their conversation
    name = known.id if known else visitors.fresh_id()
    if signed_id and given.identity and not refusal and not (known and known.signed_id):
        try:
            remember(
                account=of, fingerprint=visitors.fingerprint(given.identity), visitor=name, subject=signed_id, now=now
            )
        except AlreadyShown:
            signed_id, refusal = "", _refusal("identity_replayed")
    token = visitors.issue(visitor=name, account=of.pk, signed_id=signed_id, now=now)
    return VisitorOut(
        token=token,
        expires_in=int(visitors.GOOD_FOR.total_seconds()),
        signed_in=bool(signed_id),
        fresh=known is None,
        identity=refusal,
    )


@router.get("/state", response=StateOut, auth=None, summary="Open or not, and how long the wait may be")
def state(request: HttpRequest, code: Annotated[AccountCode, Query(alias="account")]) -> StateOut:
    of = account(code)
    limit(of, "fetch", f"state:{limits.address(request)}")
    return before_contact(of, now=timezone.now())


def _known(token: str, of: ChannelAccount, now: datetime) -> Visitor | None:
    try:
        visitor = visitors.read(token, now=now, renewing=True) if token else None
    except BadToken:
        return None
    return visitor if visitor and visitor.account == of.pk else None


def _signed(identity: str, of: ChannelAccount, known: Visitor | None, now: datetime) -> tuple[str, Refusal | None]:
    """The id at the host, or why not. A token that already holds this id outlives the signature that brought it."""
    if not identity:
        return "", None
    try:
        secret = of.settings.get("identity_secret", "")
        return visitors.identity(identity, secret=secret, audience=of.code, now=now), None
    except BadToken as problem:
        if problem.code == "identity_expired" and known and known.signed_id == problem.subject != "":
            return known.signed_id, None
        return "", _refusal(problem.code)


def _refusal(code: str) -> Refusal:
    said = {
        "identity_off": _("This chat does not take signed identities."),
        "identity_expired": _("Your sign-in on this page has expired. Reload the page to be recognised."),
        "identity_too_long": _("The page's signature is valid for too long; at most ten minutes are taken."),
        "identity_replayed": _("This sign-in was already used elsewhere. Reload the page to be recognised."),
    }
    return Refusal(error=code, message=said.get(code, _("The page's signature is wrong.")))
