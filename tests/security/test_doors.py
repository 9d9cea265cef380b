"""Every door of the table of addresses, tried by a foreign page: forged forms, frames, other methods, more fields."""

from typing import Any

import pytest
from django.test import Client

from fanal.api.frame import api
from fanal.events.models import Event
from tests.architecture.test_matrix import BACKEND, ENDPOINTS, GUARDED, METHODS, operations
from tests.office.everything import AWorld, a_world
from tests.people import ROLES, a_role, an_agent

UNSAFE = ("post", "put", "patch", "delete")
# Answered to a token or a key that a foreign page does not have; a cookie counts for nothing there.
WITHOUT_COOKIE = "api/v1/"


@pytest.fixture
def world(db: None) -> AWorld:
    return a_world()


@pytest.fixture
def everybody(world: AWorld) -> Client:
    """A browser of somebody who may do everything, as a foreign page makes it ask: with the cookie, without a token."""
    agent = an_agent("supervisor")
    agent.role = a_role("supervisor")
    agent.role.permissions = sorted({str(one) for held in ROLES.values() for one in held})
    agent.role.save()
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(agent, backend=BACKEND)
    return client


def test_no_form_of_a_foreign_page_is_taken(world: AWorld, everybody: Client) -> None:
    before = (Event.objects.count(), world.state())
    taken = []
    for one in ENDPOINTS:
        if one.route.startswith(WITHOUT_COOKIE):
            continue
        address = one.address(world) if one.needs is not None else "/" + one.route.replace("^", "").split("<")[0]
        for method in UNSAFE:
            for said in ({}, {"origin": "https://evil.example"}, {"hx-request": "true"}):
                status = getattr(everybody, method)(address, headers=said).status_code
                if status not in (400, 403, 404, 405):
                    taken.append(f"{method} {address}: {status}")
    assert taken == []
    assert (Event.objects.count(), world.state()) == before


def test_no_operation_of_the_api_takes_a_cookie_from_a_foreign_page(world: AWorld, everybody: Client) -> None:
    taken = []
    before = world.state()
    for path, operation, _asks in operations():
        for method in set(operation.methods) - {"GET"}:
            answer = everybody.generic(method, "/" + path.replace("{", "").replace("}", ""), b"{}", "text/plain")
            if answer.status_code not in (400, 401, 403, 404, 405, 415, 422):
                taken.append(f"{method} {path}: {answer.status_code}")
    assert taken == []
    assert world.state() == before


def test_a_method_is_the_one_that_was_used_whatever_the_request_says_besides(world: AWorld) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(an_agent("supervisor"), backend=BACKEND)
    before = world.state()
    for one in GUARDED:
        for method in ("DELETE", "PUT", "POST"):
            said = {"x-http-method-override": method, "x-method-override": method, "x-http-method": method}
            status = client.get(one.address(world) + f"?_method={method}&method={method}", headers=said).status_code
            assert status < 500, one.route
    assert world.state() == before


def test_no_page_stands_in_a_foreign_frame_or_is_kept_by_a_proxy(world: AWorld, everybody: Client) -> None:
    wrong = []
    for one in GUARDED:
        headers = everybody.get(one.address(world)).headers
        policy = headers["Content-Security-Policy"]
        if "frame-ancestors 'none'" not in policy and "sandbox" not in policy:
            wrong.append(f"{one.route}: {policy}")
        # What strangers wrote is shown in a frame of our own, where nothing runs and nothing is fetched.
        framed = "default-src 'none'" in policy and "sandbox" in policy and "script" not in policy
        frame = "SAMEORIGIN" if framed else "DENY"
        if headers["X-Frame-Options"] != frame or headers["X-Content-Type-Options"] != "nosniff":
            wrong.append(f"{one.route}: {headers}")
        if not any(word in headers["Cache-Control"] for word in ("no-store", "private")):
            wrong.append(f"{one.route}: {headers['Cache-Control']}")
        if ("unsafe" in policy and not framed) or "*" in policy:
            wrong.append(f"{one.route}: {policy}")
    assert wrong == []


def test_the_api_takes_no_field_that_it_does_not_name() -> None:
    described = api.get_openapi_schema()
    shapes = described["components"]["schemas"]
    loose = []
    for path, ways in described["paths"].items():
        for method, way in ways.items():
            body = way.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            name = body.get("$ref", "").rpartition("/")[2]
            if body and shapes.get(name, {}).get("additionalProperties") is not False:
                loose.append(f"{method} {path}: {name}")
    assert loose == []


def test_there_is_a_row_for_every_method_that_is_tried() -> None:
    tried: Any = set(METHODS) | set(UNSAFE)
    assert {"get", "post", "put", "delete", "patch"} == tried
    assert len(GUARDED) > 60
