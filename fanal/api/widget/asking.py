"""Who asks: the visitor behind a token, the account of the site, and how often they may."""

import time
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.security import HttpBearer

from fanal.api import limits
from fanal.api.limits import Limit
from fanal.api.problems import Problem
from fanal.api.visitors import BadToken, Visitor, read
from fanal.channels.models import ChannelAccount, ChannelKind

LARGEST_BODY = 64 * 1024
KEPT_SECONDS = 5.0
LIMITS = {
    "enter": Limit(burst=60, per_minute=60),
    "address": Limit(burst=300, per_minute=1200),
    "send": Limit(burst=20, per_minute=60),
    "upload": Limit(burst=10, per_minute=10),
    "uploads": Limit(burst=40, per_minute=40),
    "hint": Limit(burst=10, per_minute=60),
    "fetch": Limit(burst=60, per_minute=240),
    "call": Limit(burst=3, per_minute=2),
    "calls": Limit(burst=10, per_minute=10),
}

_accounts: dict[tuple[str, str], tuple[float, ChannelAccount]] = {}


class TokenHolder(HttpBearer):
    """`Authorization: Bearer …` with a visitor's token; also the first look at the size of what follows."""

    def authenticate(self, request: HttpRequest, token: str) -> Visitor:
        if request.content_type != "multipart/form-data":
            limits.check_size(request, LARGEST_BODY)
        try:
            visitor = read(token, now=timezone.now())
        except BadToken as problem:
            raise Problem(
                401, problem.code, _("This chat has to be opened anew. Nothing you wrote is lost.")
            ) from problem
        limit(account_of(visitor), "address", limits.address(request))
        return visitor


def account(code: str) -> ChannelAccount:
    """The widget account of this code, at most five seconds old. Raises Problem 404."""
    return _kept("code", code)


def account_of(visitor: Visitor) -> ChannelAccount:
    return _kept("pk", str(visitor.account))


def limit(of: ChannelAccount, what: str, who: str) -> None:
    """One more of this; an account's settings may say another rate: `limits: {"send": [burst, per minute]}`."""
    other = of.settings.get("limits", {}).get(what)
    limits.check(f"{what}:{who}", Limit(burst=int(other[0]), per_minute=float(other[1])) if other else LIMITS[what])


def _kept(field: str, value: str) -> ChannelAccount:
    known = _accounts.get((field, value))
    if known and time.monotonic() - known[0] < KEPT_SECONDS:
        return known[1]
    search: dict[str, Any] = {"code": value} if field == "code" else {"pk": int(value)}
    found = ChannelAccount.objects.filter(kind=ChannelKind.WEBCHAT, active=True, **search).first()
    if found is None:
        _accounts.pop((field, value), None)
        raise Problem(404, "no_account", _("This chat does not exist, or it is switched off."))
    _accounts[field, value] = (time.monotonic(), found)
    return found
