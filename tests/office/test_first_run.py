"""The first run of an empty installation: by the token from the terminal, step by step, and then never again."""

import pytest
from django.test import Client

from fanal.agents.models import Agent, Role, Skill
from fanal.channels.models import ChannelAccount
from fanal.configuration.actions import first_run
from fanal.configuration.models import Company
from fanal.hours.models import Calendar
from fanal.routing.models import Queue
from tests.people import an_agent

pytestmark = pytest.mark.django_db
YOU = {"name": "Ada", "email": "ada@test.example", "password": "lantern battery staple", "language": "en"}


def test_without_the_token_the_door_is_shut(client: Client) -> None:
    for address in ("/setup/", "/setup/guess/", "/setup/" + "0" * 40 + "/"):
        assert client.get(address).status_code == 404
        assert client.post(address, YOU).status_code == 404
    assert client.get("/setup/step/company/").status_code == 302
    assert not Agent.objects.exists()


def test_from_nothing_to_a_chat_on_a_site(client: Client) -> None:
    door = f"/setup/{first_run.setup_token()}/"
    assert client.get(door).status_code == 200
    assert client.post(door, YOU | {"password": "short"}).status_code == 422
    assert client.post(door, YOU).headers["Location"] == "/setup/step/company/"
    assert Client().get(door).status_code == 404, "the token works once"
    company = {
        "name": "Harbour", "languages": ["en", "ar"], "zone": "Europe/Paris", "days": ["0", "1"],
        "opens": "08:00", "closes": "18:00",
    }  # fmt: skip
    assert client.get("/setup/step/company/").status_code == 200
    assert client.post("/setup/step/company/", company | {"zone": "Mars/Base"}).status_code == 422
    assert client.post("/setup/step/company/", company).headers["Location"] == "/setup/step/queue/"
    queue = {"name": "General", "skills": "English\nArabic\n"}
    assert client.post("/setup/step/queue/", queue).headers["Location"] == "/setup/step/chat/"
    assert client.post("/setup/step/chat/", {"name": "Harbour", "sites": "ftp://x"}).status_code == 422
    chat = {"name": "Harbour", "sites": "https://shop.example"}
    assert client.post("/setup/step/chat/", chat).headers["Location"] == "/setup/people/"
    account = ChannelAccount.objects.get()
    assert f'data-account="{account.code}"' in client.get("/setup/people/").content.decode()
    assert client.post("/setup/end/").headers["Location"] == "/administration/invitations/"
    assert (Company.objects.get().name, Queue.objects.get().calendar) == ("Harbour", Calendar.objects.get())
    assert account.settings == {"sites": ["https://shop.example"], "queue": "general"}
    assert (Skill.objects.count(), Role.objects.count(), Calendar.objects.get().periods.count()) == (2, 4, 2)
    for address in (door, "/setup/step/company/", "/setup/people/"):
        assert client.get(address).status_code == 404
    assert client.post("/setup/end/").status_code == 404


def test_an_installation_with_people_has_no_wizard(client: Client) -> None:
    client.force_login(an_agent("administrator"), backend="fanal.desk.accounts.backend.AgentBackend")
    for address in (f"/setup/{first_run.setup_token()}/", "/setup/step/company/", "/setup/people/"):
        assert client.get(address).status_code == 404
