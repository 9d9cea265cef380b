"""A page that cannot be made says so with the right status, in the reader's language, and asks the database nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from tests.office.test_sign_in import sign_in, somebody

pytestmark = pytest.mark.django_db


def away(problem: Exception) -> Callable[..., Any]:
    def refuse(*_: Any) -> None:
        raise problem

    return refuse


@pytest.fixture
def desk() -> Client:
    client = Client(raise_request_exception=False)
    sign_in(client, somebody())
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"
    return client


@pytest.mark.parametrize("problem", [OperationalError("gone"), InterfaceError("the connection is closed")])
def test_while_the_database_is_away_a_page_says_when_to_try_again(desk: Client, problem: Exception) -> None:
    with connection.execute_wrapper(away(problem)):
        answer = desk.get("/cases/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert "La base de données ne répond pas" in answer.content.decode()
    assert desk.get("/cases/").status_code == 200


def test_any_other_fault_is_ours(desk: Client) -> None:
    with connection.execute_wrapper(away(RuntimeError("broken"))):
        answer = desk.get("/cases/")
    assert answer.status_code == 500
    assert "Retry-After" not in answer
