"""Who asks the API: a program with somebody's key, or somebody's own browser; and what they are shown."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.security import HttpBearer, SessionAuth

from fanal.agents.actions import open_key
from fanal.agents.models import Agent, ApiKey, KeyRight, Permission
from fanal.api import limits
from fanal.api.limits import Limit
from fanal.api.problems import Problem
from fanal.events.actions import publish
from fanal.identity.masking import DOTS, exported
from fanal.identity.rules import may_see

LARGEST_BODY = 256 * 1024
PER_CALLER = Limit(burst=120, per_minute=600)
WRONG_KEYS = Limit(burst=20, per_minute=20)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """In whose name it is asked, and with which key; without one it is their own browser."""

    agent: Agent
    key: ApiKey | None = None

    def shown(self, value: Any, what: str) -> str:
        """A field as far as the role goes. A browser gets no more here than a page shows outside a contact."""
        plain = "" if value is None else str(value)
        if self.key is None and plain and not may_see(what, role_field_classes=(), assurance=3):
            return DOTS
        return exported(plain, what=what, role_field_classes=self.agent.role.field_classes) if plain else ""

    def sees(self, what: str) -> bool:
        return self.shown("x", what) == "x"

    def put_on_record(self, customer: int) -> None:
        """Nobody was being talked to, so who read somebody's details is on record, as when a page is opened."""
        if self.key is not None:
            publish(
                kind="customer.opened",
                data={"customer": customer, "reason": "api", "key": self.key.pk},
                audience=["supervision"],
                now=timezone.now(),
                by=self.agent.pk,
            )


class KeyHolder(HttpBearer):
    """`Authorization: Bearer fnl_…`; the role of the key's agent needs one of these permissions.

    The key itself needs the right: the given one, else to read, or to write where something is written.
    """

    def __init__(self, *needs: Permission, right: KeyRight | None = None) -> None:
        super().__init__()
        self.needs, self.right = needs, right

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        limits.check_size(request, LARGEST_BODY)
        key = open_key(secret=token.strip(), now=timezone.now())
        if key is None:
            limits.check(f"wrong-key:{limits.address(request)}", WRONG_KEYS)
            said = _("This key is not valid, or not any more. Ask an administrator for a new one.")
            raise Problem(401, "key_not_valid", said)
        limits.check(f"key:{key.pk}", PER_CALLER)
        right = self.right or (KeyRight.READ if request.method in ("GET", "HEAD") else KeyRight.WRITE)
        if right not in key.rights:
            said = _("This key is not for that. An administrator can make one with the right “%(right)s”.")
            raise Problem(403, "key_not_for_this", said % {"right": right.label})
        return _allowed(Caller(agent=key.agent, key=key), self.needs)


class SignedIn(SessionAuth):
    """Somebody's own browser, with the same permissions as on the pages."""

    def __init__(self, *needs: Permission) -> None:
        super().__init__()
        self.needs = needs

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:
        agent = request.user
        if not isinstance(agent, Agent) or not agent.is_active:
            return None
        limits.check_size(request, LARGEST_BODY)
        limits.check(f"agent:{agent.pk}", PER_CALLER)
        return _allowed(Caller(agent=agent), self.needs)


def needs(*permissions: Permission, right: KeyRight | None = None) -> list[Callable[[HttpRequest], Any]]:
    """The `auth` of an operation: a key with this right or a sign-in, and one of these permissions."""
    return [KeyHolder(*permissions, right=right), SignedIn(*permissions)]


def caller(request: HttpRequest) -> Caller:
    return cast(Caller, request.auth)  # type: ignore[attr-defined]


def _allowed(who: Caller, permissions: tuple[Permission, ...]) -> Caller:
    if not any(who.agent.may(permission) for permission in permissions):
        raise Problem(403, "not_allowed", _("Your role may not do this."))
    return who
