"""Which events an agent's browser may hear: the keys, and the check that the sign-in still holds."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth import get_user
from django.db import connection
from django.http import HttpRequest
from django.utils.module_loading import import_string

from fanal.agents.models import Agent, Permission
from fanal.routing.models import Queue


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """A signed-in browser as its stream knows it; when any of this changes the stream ends."""

    session: str
    agent: int
    authority: int
    password: str
    keys: frozenset[str]


def viewer_keys(agent: Agent) -> frozenset[str]:
    """The audience keys of one agent, by role; the same visibility as on the pages."""
    keys = {f"agent:{agent.pk}"}
    if agent.team_id:
        keys.add(f"team:{agent.team_id}")
    if agent.may(Permission.SEE_ALL_CASES):
        keys.add("cases")
    if agent.may(Permission.SUPERVISE):
        keys.add("supervision")
    if agent.may(Permission.ADMINISTER):
        keys.add("admins")
    keys.update(f"queue:{queue}" for queue in Queue.objects.supervised_by(agent).values_list("pk", flat=True))
    return frozenset(keys)


def sign_in(session: str) -> SignIn | None:
    """Who this session is, exactly as a page would find it; None when it is nobody's."""
    from django.conf import settings

    request = HttpRequest()
    request.session = import_string(f"{settings.SESSION_ENGINE}.SessionStore")(session)
    agent = get_user(request)
    if not isinstance(agent, Agent) or not agent.is_active:
        return None
    return SignIn(
        session=session,
        agent=agent.pk,
        authority=agent.authority,
        password=hashlib.md5(agent.password.encode(), usedforsecurity=False).hexdigest(),
        keys=viewer_keys(agent),
    )


def ended(sign_ins: Iterable[SignIn]) -> dict[str, str]:
    """The sessions among these whose streams must end, each with the reason: `signed_out` or `rights_changed`."""
    held = list(sign_ins)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT session_key FROM django_session WHERE session_key = ANY(%s) AND expire_date > now()",
            [[one.session for one in held]],
        )
        sessions = {key for (key,) in cursor.fetchall()}
        cursor.execute(
            "SELECT id, is_active, authority, md5(password) FROM agents_agent WHERE id = ANY(%s)",
            [[one.agent for one in held]],
        )
        agents = {agent: (active, authority, password) for agent, active, authority, password in cursor.fetchall()}
    return {
        one.session: reason for one in held if (reason := _why(one, one.session in sessions, agents.get(one.agent)))
    }


def _why(one: SignIn, session_lives: bool, agent: tuple[bool, int, str] | None) -> str:
    if not session_lives or agent is None or not agent[0] or agent[2] != one.password:
        return "signed_out"
    return "rights_changed" if agent[1] != one.authority else ""
