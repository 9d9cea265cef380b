"""What the program tells of its insides: to whoever meets an error, to who reads the logs, and to its keeper."""

import io
import json
import logging
import logging.config
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError, connection
from django.http import HttpRequest
from django.test import Client
from django.urls import path

from fanal.environment import environment
from fanal.running import logs
from fanal.running.doctor import CHECKS, State, exposure
from fanal.urls import urlpatterns as real
from tests.people import an_agent

SECRETS = ("hunter2-of-a-person", "Ines Okafor")


def breaks(request: HttpRequest) -> None:
    password = SECRETS[0]
    raise RuntimeError("it broke", password)


urlpatterns = [*real, path("breaks/", breaks)]


@pytest.mark.django_db
def test_an_error_page_says_nothing_of_our_insides(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    assert not django_settings.DEBUG
    client = Client(raise_request_exception=False)
    client.force_login(an_agent())
    for accept in ("text/html", "application/json", "*/*"):
        answer = client.get("/breaks/", headers={"Accept": accept})
        told = answer.content.decode()
        assert answer.status_code == 500
        for inside in (*SECRETS, "Traceback", "RuntimeError", "breaks", "it broke", ".py", django_settings.SECRET_KEY):
            assert inside not in told
        assert answer.headers["Cache-Control"] == "no-store"


def broken(log: logging.Logger, password: str) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE refused (name text CHECK (length(name) < 3))")
            cursor.execute("INSERT INTO refused VALUES (%s)", [SECRETS[1]])
    except DatabaseError:
        log.exception("a row was refused")


@pytest.mark.django_db
@pytest.mark.parametrize("as_json", [False, True])
def test_a_log_shows_where_it_broke_and_neither_variables_nor_rows(as_json: bool) -> None:
    out = io.StringIO()
    formatter = logs.settings(as_json=as_json, debug=False)["formatters"]["line"]
    configured = logging.config.DictConfigurator({"version": 1}).configure_formatter(dict(formatter))
    handler = logging.StreamHandler(out)
    handler.setFormatter(configured)
    log = logging.Logger("fanal.tests")
    log.addHandler(handler)
    broken(log, SECRETS[0])
    told = out.getvalue()
    assert "a row was refused" in told
    assert "test_insides.py" in told
    assert "refused_name_check" in told
    for secret in SECRETS:
        assert secret not in told
    if as_json:
        assert json.loads(told)["level"] == "error"


def findings(monkeypatch: pytest.MonkeyPatch, **given: Any) -> dict[str, State]:
    plain = {"host": "127.0.0.1", "public_url": "", "live_url": "", "allowed_hosts": [], "trusted_proxies": [],
             "smtp_url": ""}  # fmt: skip
    for name, value in (plain | given).items():
        monkeypatch.setattr(environment, name, value)
    return {found.name: found.state for found in exposure.exposed()}


HTTPS = {"public_url": "https://desk.example.org", "live_url": "https://desk.example.org"}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, {"Exposure": State.OK}),
        ({**HTTPS, "trusted_proxies": ["127.0.0.1"]}, {"Exposure": State.OK}),
        ({"host": "0.0.0.0"}, {"Address": State.FAIL}),
        ({"public_url": "http://desk.example.org"}, {"Address": State.FAIL}),
        ({"public_url": HTTPS["public_url"], "trusted_proxies": ["127.0.0.1"]}, {"Address": State.FAIL}),
        (HTTPS, {"Proxies": State.WARN}),
        ({**HTTPS, "trusted_proxies": ["0.0.0.0/0"]}, {"Proxies": State.FAIL}),
        ({**HTTPS, "trusted_proxies": ["proxy"]}, {"Proxies": State.FAIL}),
        ({"allowed_hosts": ["*"]}, {"Hosts": State.FAIL}),
        ({"smtp_url": "smtp://mail.example.org"}, {"Mail on its way": State.WARN}),
        ({"smtp_url": "smtps://mail.example.org"}, {"Exposure": State.OK}),
    ],
)
def test_the_doctor_says_what_is_unsafe_where_strangers_come(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], found: dict[str, State]
) -> None:
    assert exposure.exposed in CHECKS
    assert findings(monkeypatch, **given) == found
