"""The administrator writes a guided flow, sees what would go wrong, plays a caller, and says which number begins it."""

import html
import json
import re
from typing import Any

import pytest
from django.test import Client

from fanal.channels.models import ChannelAccount
from fanal.configuration import files
from fanal.configuration.actions import applying
from fanal.configuration.models import ConfigurationChange
from fanal.hours.models import Calendar
from fanal.routing.models import Queue
from fanal.scenarios.models import Flow
from tests.flows.shapes import DEMO, ask, bye, menu, written
from tests.office.test_administration import BACKEND, change, filled
from tests.people import an_agent

pytestmark = pytest.mark.django_db
CARD = "4111111111111111"


@pytest.fixture
def office(db: None) -> Client:
    Queue.objects.create(code="general", name="General")
    Calendar.objects.create(code="office", name="Office")
    client = Client()
    client.force_login(an_agent("administrator"), backend=BACKEND)
    return client


def a_flow(content: Any) -> Flow:
    return Flow.objects.create(code="phone", name="Phone", content=content)


def text(answer: Any) -> str:
    return html.unescape(answer.content.decode())


class Played:
    """A caller on the page, as a browser with or without htmx plays one."""

    def __init__(self, office: Client, flow: Flow) -> None:
        self.office, self.address = office, f"/administration/flows/{flow.pk}/trial/"
        self.page = text(office.get(self.address))

    def press(self, keys: str = "", **more: str) -> "Played":
        state = re.search(r'name="state" value="([^"]+)"', self.page)
        given = {"state": state[1] if state else "", "keys": keys, **more}
        self.page = text(self.office.post(self.address, given, headers={"HX-Request": "true"}))
        return self

    @property
    def lines(self) -> list[str]:
        return re.findall(r'<div class="message[^>]*><p>(?:<bdi class="num">)?([^<]+)', self.page)


def test_a_flow_is_written_kept_and_its_change_is_in_the_history(office: Client) -> None:
    form = {"name": "By phone", "active": "on", "text": files.plain(written(menu=menu(), bye=bye()))}
    assert office.post("/administration/flows/new/", form).status_code == 302
    flow = Flow.objects.get()
    assert (flow.code, flow.content) == ("by-phone", written(menu=menu(), bye=bye()))
    page = f"/administration/flows/{flow.pk}/"
    change(office, page, text=json.dumps(written(menu=menu(tries=2), bye=bye())))
    latest = ConfigurationChange.objects.first()
    assert latest
    assert (latest.kind, latest.key, list(latest.changes)) == ("flows", "by-phone", ["content"])
    assert change(office, page).status_code == 302
    assert ConfigurationChange.objects.first() == latest


def test_the_text_that_a_new_one_begins_with_is_sound(office: Client) -> None:
    assert change(office, "/administration/flows/new/", name="New").status_code == 302
    assert change(office, "/administration/flows/new/", name="New", active="on").status_code == 302


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (written(menu=menu(otherwise="menu"), bye=bye()), "Step “menu”: Whoever presses nothing goes round for ever"),
        (written(go={"kind": "queue", "queue": "gold"}), "There is no queue “gold”. There are: general."),
    ],
)
def test_what_would_go_wrong_is_not_in_use_but_may_be_a_draft(office: Client, content: Any, said: str) -> None:
    form = {"name": "Odd", "text": files.plain(content)}
    refused = office.post("/administration/flows/new/", {**form, "active": "on"})
    assert (refused.status_code, said in text(refused)) == (422, True)
    assert not Flow.objects.exists()
    assert office.post("/administration/flows/new/", form).status_code == 302
    assert said in text(office.get(f"/administration/flows/{Flow.objects.get().pk}/trial/"))


@pytest.mark.parametrize("odd", ["steps: [", "just words", "[1, 2]", "languages: [en]", "a: *b"])
def test_what_cannot_be_read_is_not_even_a_draft(office: Client, odd: str) -> None:
    assert office.post("/administration/flows/new/", {"name": "Odd", "text": odd}).status_code == 422
    assert not Flow.objects.exists()


def test_the_steps_stand_there_in_words_with_where_they_lead(office: Client) -> None:
    flow = a_flow(json.loads(DEMO.read_text()))
    page = text(office.get(f"/administration/flows/{flow.pk}/trial/"))
    assert "Nothing goes wrong in this flow." in page
    for words in (
        "Choice of language",
        "Asks for",
        "Looks up",
        "Opening hours",
        "Takes a message",
        'href="#step-more"',
    ):
        assert words in page


def test_a_caller_is_played_and_nothing_is_kept(office: Client) -> None:
    played = Played(office, a_flow(json.loads(DEMO.read_text())))
    assert played.lines[0] == "Welcome to Harbourlight. For English, press 1."
    played.press("1").press("1").press("700110").press("1")
    assert played.lines[-4:-2] == ["1", "One moment, please."]
    assert "It was promised for November 24th." in played.lines[-2]
    played.press("5", silence="1")
    assert "Ended without anybody: the caller was served." in played.page
    assert played.lines[-2:] == ["(silence)", "Thank you for calling. Goodbye."]
    assert played.press(again="1").lines[0] == "Welcome to Harbourlight. For English, press 1."
    assert not Flow.objects.get().versions.exists()


def test_what_lookups_find_is_chosen_on_the_page(office: Client) -> None:
    played = Played(office, a_flow(json.loads(DEMO.read_text())))
    played.press("1").press("0", finds_hours="closed")
    assert "We are closed now" in played.lines[-1]
    assert '<option value="closed" selected>' in played.page


def test_a_secret_that_is_played_is_nowhere_on_the_page(office: Client) -> None:
    played = Played(office, a_flow(written(card=ask(gives="card", what="card"), bye=bye())))
    assert 'type="password"' in played.page
    played.press(CARD)
    assert CARD not in played.page
    assert "•" * 16 in played.page
    assert "1111" in played.page


def test_a_place_that_was_made_up_begins_anew(office: Client) -> None:
    played = Played(office, a_flow(written(menu=menu(), bye=bye())))
    played.page = 'name="state" value="made:up"'
    assert played.press("1").lines == ["Orders, press 1. People, press 2."]


def test_without_scripts_the_whole_page_comes_back(office: Client) -> None:
    flow = a_flow(written(menu=menu(), bye=bye()))
    answer = office.post(f"/administration/flows/{flow.pk}/trial/", {"keys": "1"})
    assert "<html" in text(answer)


def test_a_flow_in_the_file_is_checked_like_the_form_and_comes_back_the_same(office: Client) -> None:
    from django.utils import timezone

    def apply(**row: Any) -> applying.Report:
        data = {"fanal": 1, "flows": [{"code": "phone", "name": "Phone", **row}]}
        return applying.apply(data=files.read(files.write(data)), by=None, now=timezone.now())

    wrong = apply(content=written(menu=menu(otherwise="menu"), bye=bye()))
    assert [problem.path for problem in wrong.problems] == ["flows.phone.content"]
    assert "Step “menu”" in wrong.problems[0].what
    assert apply(content={"steps": {}}, active=False).problems
    assert apply(content=written(menu=menu(otherwise="menu"), bye=bye()), active=False).problems == []
    assert apply(content=json.loads(DEMO.read_text()), active=True).problems == []
    exported = applying.export()
    assert exported["flows"][0]["content"] == json.loads(DEMO.read_text())
    assert applying.apply(data=files.read(files.write(exported)), by=None, now=timezone.now()).differences == []


def test_the_steps_are_read_in_their_order_though_the_database_keeps_none(office: Client) -> None:
    flow = a_flow(json.loads(DEMO.read_text()))
    order = ["welcome", "menu", "order", "order_state", "order_told", "state_told", "more"]
    shown = text(office.get(f"/administration/flows/{flow.pk}/trial/"))
    places = [shown.index(f'id="step-{code}"') for code in order]
    assert places == sorted(places)
    kept = Flow.objects.get().content
    assert list(kept["steps"])[:2] != order[:2]
    form = office.get(f"/administration/flows/{flow.pk}/").context["form"]["text"].value()
    written_ = files.read(form)
    exported = applying.export()["flows"][0]["content"]
    for one in (written_, exported):
        assert list(one) == ["languages", "begins", "otherwise", "steps"]
        assert list(one["steps"])[: len(order)] == order
        assert list(one["steps"]["menu"]) == ["kind", "prompt", "again", "keys", "otherwise"]
        assert list(one["steps"]["menu"]["prompt"]) == ["en", "fr", "ar", "ru"]
        assert one == kept


def test_an_account_for_calls_says_with_which_flow_and_by_which_number(office: Client) -> None:
    a_flow(written(menu=menu(), bye=bye()))
    account = ChannelAccount.objects.create(code="line", kind="voice", name="Line", settings={"queue": "general"})
    page = f"/administration/accounts/{account.pk}/"
    refused = change(office, page, flow="phone", numbers="+33 1 23 45 67 89 = gold")
    assert "is no number with the code of a flow in use" in text(refused)
    given = {"flow": "phone", "numbers": "+33 1 23 45 67 89 = phone\n\n", "address": "+33 1 23 45 67 80"}
    done = office.post(page, filled(office.get(page).context["form"], **given))
    assert done.status_code == 302
    account.refresh_from_db()
    assert account.address == "+33 1 23 45 67 80"
    assert account.settings == {"queue": "general", "flow": "phone", "numbers": {"+33 1 23 45 67 89": "phone"}}
    assert change(office, page).status_code == 302
    assert ChannelAccount.objects.get(pk=account.pk).settings == account.settings


def test_only_administrators_open_it(office: Client) -> None:
    flow = a_flow(written(menu=menu(), bye=bye()))
    for role in ("agent", "supervisor"):
        client = Client()
        client.force_login(an_agent(role), backend=BACKEND)
        assert client.get(f"/administration/flows/{flow.pk}/trial/").status_code == 403


def test_what_goes_wrong_stands_at_the_top_and_leads_to_its_step(office: Client) -> None:
    flow = a_flow(written(menu=menu(), bye=bye(), lost=bye()))
    page = text(office.get(f"/administration/flows/{flow.pk}/trial/"))
    head = page[: page.index('id="played"')]
    assert '<a href="#step-lost">Step “lost”: No way leads here.' in head
    assert 'id="step-lost"' in page


def test_what_is_looked_up_and_what_comes_of_it_is_said_in_words(office: Client) -> None:
    flow = a_flow(json.loads(DEMO.read_text()))
    page = text(office.get(f"/administration/flows/{flow.pk}/trial/"))
    form = page[page.index('id="played"') :]
    assert "The balance of the account that was keyed in" in form
    assert '<option value="not_sure">not sure who it is</option>' in form
    assert "Opening hours" in form
