"""What every page of the desk shows around its own content: navigation by role, the search, the event stream."""

from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from fanal.agents.actions import may_have_line
from fanal.agents.models import SUPERVISES, Agent, Permission
from fanal.desk.cases.finding import READERS
from fanal.desk.workplace.work import Ringing
from fanal.environment import environment


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of `shell.html`; nothing for strangers and fragments."""
    agent: Any = getattr(request, "user", None)
    if agent is None or not agent.is_authenticated or request.headers.get("HX-Request"):
        return {}
    return {
        "shell_items": [item | {"current": _is_current(request, item["url"])} for item in items_of(agent)],
        "search_url": _address("search"),
        "live_url": f"{environment.live_origin}/live",
        "heartbeat_url": _address("heartbeat") if agent.may(Permission.HANDLE) else "",
        "ringing": Ringing(agent=agent) if agent.may(Permission.HANDLE) else None,
        "live_session": agent.authority,
        "phone": bool(environment.pbx_public_url) and may_have_line(agent),
        "phone_hold_url": _address("hold", 0),
        "may_be_told": any(agent.may(permission) for permission in READERS),
    }


def items_of(agent: Agent) -> list[dict[str, Any]]:
    """Where this person may go, in the order of a day's work."""
    items = [
        (_("Desk"), "desk", "inbox", (Permission.HANDLE,)),
        (_("Cases"), "cases", "case", (Permission.HANDLE, *SUPERVISES)),
        *([(_("Visits"), "visits", "pin", (Permission.HANDLE,))] if agent.tier and agent.tier.visits else []),
        (_("Callbacks"), "callbacks", "phone", (Permission.HANDLE, *SUPERVISES)),
        (_("Customers"), "customers", "people", (Permission.HANDLE, *SUPERVISES)),
        (_("Queues"), "queues", "queue", SUPERVISES),
        (_("Reports"), "reports", "chart", SUPERVISES),
        (_("Administration"), "administration", "settings", (Permission.ADMINISTER,)),
    ]
    return [
        {"label": label, "url": url, "icon": icon}
        for label, name, icon, permissions in items
        if any(agent.may(permission) for permission in permissions) and (url := _address(name))
    ]


def _address(name: str, *of: int) -> str:
    """A part of the desk that this installation does not serve has no address."""
    try:
        return reverse(name, args=of)
    except NoReverseMatch:
        return ""


def _is_current(request: HttpRequest, url: str) -> bool:
    if url == "/":
        return request.path == "/" or request.path.startswith("/interactions/")
    return request.path.startswith(url)
