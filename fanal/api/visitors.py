"""Visitors of the widget: a signed token instead of a cookie, and the identity that the host site signs."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import jwt
from django.core import signing

from fanal.channels.models import ChannelAccount, ChannelKind

SALT = "fanal.widget.visitor"
GOOD_FOR = timedelta(hours=24)
RENEWABLE_FOR = timedelta(days=90)
IDENTITY_AT_MOST = timedelta(minutes=10)
SKEW = timedelta(seconds=30)


class BadToken(ValueError):
    """Not valid, or not any more; `.code` says why, `.subject` whose a signature was that has only expired."""

    def __init__(self, code: str, subject: str = "") -> None:
        super().__init__(code)
        self.code, self.subject = code, subject


@dataclass(frozen=True, kw_only=True, slots=True)
class Visitor:
    """Somebody at the widget: a random id, the account, and who the host site says it is."""

    id: str
    account: int
    signed_id: str
    expires_at: float

    @property
    def key(self) -> str:
        return f"visitor:{self.id}"


def fresh_id() -> str:
    """128 random bits: nobody guesses another visitor's."""
    return secrets.token_hex(16)


def issue(*, visitor: str, account: int, signed_id: str, now: datetime) -> str:
    """A token good for a day; within 90 days it is renewed by showing it."""
    body = {"v": visitor, "a": account, "s": signed_id, "e": int((now + GOOD_FOR).timestamp())}
    return signing.dumps(body, salt=SALT)


def read(token: str, *, now: datetime, renewing: bool = False) -> Visitor:
    """Whose token this is. Raises BadToken: `token_unknown` or `token_expired`."""
    visitor = _opened(token)
    until = visitor.expires_at + (RENEWABLE_FOR.total_seconds() if renewing else 0)
    if now.timestamp() >= until:
        raise BadToken("token_expired")
    return visitor


def switched_off(accounts: Collection[int]) -> set[int]:
    """Which of these accounts no visitor may use any more."""
    on = ChannelAccount.objects.filter(pk__in=accounts, kind=ChannelKind.WEBCHAT, active=True)
    return set(accounts) - set(on.values_list("pk", flat=True))


@lru_cache(maxsize=4096)
def _opened(token: str) -> Visitor:
    """Only what our signature proved is remembered; whether it has expired is asked each time."""
    try:
        body: dict[str, Any] = signing.loads(token, salt=SALT)
        return Visitor(id=body["v"], account=body["a"], signed_id=body["s"], expires_at=body["e"])
    except (signing.BadSignature, KeyError, TypeError, ValueError) as problem:
        raise BadToken("token_unknown") from problem


def identity(signed: str, *, secret: str, audience: str, now: datetime) -> str:
    """The host's own id in its signature: HS256, `aud` this account, `sub` their id, `exp` at most ten minutes ahead.

    Raises BadToken: `identity_off`, `identity_wrong`, `identity_expired` or `identity_too_long`.
    """
    if not secret:
        raise BadToken("identity_off")
    try:
        claims = jwt.decode(
            signed, secret, algorithms=["HS256"], audience=audience, leeway=SKEW,
            options={"require": ["exp", "aud", "sub"], "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )  # fmt: skip
        expires_at = float(claims["exp"])
        subject = claims["sub"]
    except (jwt.InvalidTokenError, ValueError, TypeError) as problem:
        raise BadToken("identity_wrong") from problem
    ahead = expires_at - now.timestamp()
    if ahead <= -SKEW.total_seconds():
        raise BadToken("identity_expired", subject=str(subject))
    if ahead > (IDENTITY_AT_MOST + SKEW).total_seconds():
        raise BadToken("identity_too_long")
    if not isinstance(subject, str) or not 0 < len(subject) <= 100:
        raise BadToken("identity_wrong")
    return subject


def fingerprint(signed: str) -> str:
    """Tells one signature from the next without keeping it."""
    return hashlib.sha256(signed.encode()).hexdigest()
