"""Who may open what, taken from the table of addresses itself: an endpoint that says nothing about it fails here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from ninja.operation import PathView

from fanal.agents.models import Agent, Permission
from fanal.api.frame import api
from fanal.events.models import Event
from tests.office.everything import AWorld, a_world
from tests.people import ROLES, an_agent

BACKEND = "fanal.desk.accounts.backend.AgentBackend"

# Open to everybody, each with the reason.
PUBLIC = {
    r"accounts/(signup|email|confirm-email|password/set)/": "closed: always 404",
    r"\^?accounts/\^?confirm-email/.+": "closed: always 404",
    r"accounts/(\^?)(login|logout|inactive|password/reset|2fa/authenticate|2fa/webauthn/login)/.*": "signing in",
    r"accounts/\^password/reset/.*": "the link of a reset",
    r"i18n/setlang/": "the language of the sign-in page",
    r"invitations/<str:token>/": "the token of an invitation",
    r"setup/.*": "the token of the first run; 404 afterwards",
    r"api/v1/openapi.json": "describes the API, holds no data",
    r"api/v1/": "the API's root: always 404",
    r"healthz": "whether the program is well, and nothing else",
    r"metrics": "guarded by address and token, tested with the API",
    r"widget/.*": "the chat widget on other people's sites",
    r"demo-shop/.*": "the demo shop",
}
# For everybody who is signed in, about themselves alone; allauth asks for the sign-in.
OWN = r"accounts/(reauthenticate|password/change|2fa|sessions)/.*"
# For a visitor with the widget's token.
VISITOR = r"api/v1/widget/.*"
# For other programs, with a key, and for whoever is signed in.
RECORDS = r"api/v1/(customers|cases|interactions|orders)/"


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    route: str
    view: Any

    @property
    def needs(self) -> tuple[Permission, ...] | None:
        return getattr(self.view, "needs", None)

    @property
    def public(self) -> bool:
        return any(re.fullmatch(pattern, self.route) for pattern in PUBLIC)

    def address(self, world: AWorld) -> str:
        """The address with the ids of what belongs to somebody else; raises KeyError for a kind nobody has made."""

        def given(found: re.Match[str]) -> str:
            return str(world.ids[self.route[: found.start()].split("/")[-2] + ":" + found[1]])

        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", given, self.route)


def endpoints() -> list[Endpoint]:
    def walk(patterns: Any, prefix: str = "") -> Iterator[Endpoint]:
        for entry in patterns:
            route = prefix + str(entry.pattern)
            if hasattr(entry, "url_patterns"):
                yield from walk(entry.url_patterns, route)
            else:
                yield Endpoint(route=route, view=entry.callback)

    return [one for one in walk(get_resolver().url_patterns) if not one.route.startswith("gallery/")]


METHODS = ("get", "post", "put", "delete")
ENDPOINTS = endpoints()
GUARDED = [one for one in ENDPOINTS if one.needs is not None]


def operations() -> Iterator[tuple[str, Any, Any]]:
    """Every operation of the API with its address, and how it or its router asks who it is."""
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            assert isinstance(view, PathView)
            for operation in view.operations:
                yield (
                    re.sub("/+", "/", f"api/v1/{prefix}/{path}"),
                    operation,
                    operation.auth_callbacks or router.auth,
                )


def test_every_endpoint_says_whom_it_is_for() -> None:
    silent = [
        one.route
        for one in ENDPOINTS
        if one.needs is None
        and not one.public
        and not re.fullmatch(OWN, one.route)
        and not one.route.startswith("api/v1/")
    ]
    assert silent == []


def test_every_operation_of_the_api_asks_who_it_is() -> None:
    open_ones = [
        path
        for path, _operation, asks in operations()
        if not asks and not re.fullmatch(VISITOR, path) and path not in PUBLIC
    ]
    assert open_ones == []


def test_every_way_into_a_record_names_the_permission_it_needs() -> None:
    """A key and a sign-in ask for the same permission, and no operation about records is without one."""
    records = [(path, asks) for path, _operation, asks in operations() if re.match(RECORDS, path)]
    assert len(records) >= 9
    for path, asks in records:
        ways = [way.needs for way in asks]
        assert len(ways) == 2, path
        assert ways[0] == ways[1] != (), path


def test_there_are_as_many_guarded_pages_as_the_program_has() -> None:
    assert len(GUARDED) > 60


@pytest.fixture
def world(db: None) -> AWorld:
    return a_world()


def signed_in(agent: Agent) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(agent, backend=BACKEND)
    return client


def test_a_stranger_gets_nothing_but_the_way_to_sign_in(world: AWorld) -> None:
    client, told = Client(raise_request_exception=False), []
    before = Event.objects.count()
    for one in ENDPOINTS:
        if one.public or one.route.startswith("api/v1/"):
            continue
        address = "/" + re.sub(r"<[^>]+>", "1", one.route) if one.needs is None else one.address(world)
        for method in METHODS:
            answer = getattr(client, method)(address)
            away = answer.status_code == 302 and answer.headers["Location"].startswith("/accounts/login/")
            if not away and answer.status_code not in (401, 403, 404, 405):
                told.append(f"{method} {address}: {answer.status_code}")
    assert told == []
    assert Event.objects.count() == before


def test_a_stranger_gets_nothing_from_the_api(world: AWorld) -> None:
    client = Client(raise_request_exception=False)
    told = []
    for path, operation, _asks in operations():
        address = "/" + re.sub(r"\{[^}]+\}", "1", path)
        for method in operation.methods:
            answer = client.generic(method, address, data=b"{}", content_type="application/json")
            if answer.status_code not in (400, 401, 403, 404, 422):
                told.append(f"{method} {address}: {answer.status_code}")
    assert told == []


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_opens_what_its_permissions_say_and_no_more(world: AWorld, role: str) -> None:
    client, wrong = signed_in(an_agent(role)), []
    held = {str(permission) for permission in ROLES[role]}
    for one in GUARDED:
        assert one.needs is not None
        may = not one.needs or bool({str(need) for need in one.needs} & held)
        if may:
            status = client.get(one.address(world)).status_code
            wrong += [f"{one.route} breaks for {role}: {status}"] if status >= 500 else []
            continue
        answers = {method: getattr(client, method)(one.address(world)).status_code for method in METHODS}
        if not (set(answers.values()) <= {403, 405} and 403 in answers.values()):
            wrong.append(f"{one.route} answers {answers} to {role}")
    assert wrong == []


FOREIGN = [one for one in GUARDED if "<" in one.route and not one.route.startswith(("administration/", "setup/"))]


@pytest.mark.parametrize("who", ["agent without part in it", "manager of another queue", "practising agent"])
def test_what_belongs_to_others_is_not_there(world: AWorld, who: str) -> None:
    """A foreign id answers as one that does not exist, in every method, and nothing changes."""
    agent = {
        "agent without part in it": lambda: an_agent("agent"),
        "manager of another queue": lambda: world.other_manager,
        "practising agent": lambda: an_agent("agent", practising=True),
    }[who]()
    client, wrong = signed_in(agent), []
    before = (Event.objects.count(), world.state())
    for one in FOREIGN:
        if one.route.startswith("customers/") and not agent.practising:
            continue  # customers are everybody's who handles contacts: nobody knows beforehand who will write
        address = one.address(world)
        for method in METHODS:
            body = {"text": "x", "note": "x"} if method == "post" else ""
            status = getattr(client, method)(address, body).status_code
            if status not in (403, 404, 405):
                wrong.append(f"{method} {one.route}: {status}")
    assert wrong == []
    assert (Event.objects.count(), world.state()) == before


def test_the_same_addresses_are_there_for_whoever_supervises(world: AWorld) -> None:
    """Otherwise the test above would prove nothing: the things exist."""
    client = signed_in(an_agent("supervisor"))
    found = [one.route for one in FOREIGN if client.get(one.address(world)).status_code in (200, 405)]
    assert len(found) > len(FOREIGN) / 2
