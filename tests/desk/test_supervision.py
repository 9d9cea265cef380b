"""The supervisor's pages and reports: the same numbers, down to the rows, and only for those who may see them."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from fanal.agents.models import Agent, AgentState, Presence
from fanal.cases.models import CaseType
from fanal.channels.models import ChannelAccount, RawEvent
from fanal.deciding.actions.showing import tell
from fanal.deciding.models import AdviceRule, AdviceShown
from fanal.events.models import Event
from fanal.interactions.models import Interaction
from fanal.kpis import actions
from fanal.kpis.actions.figures import sight
from fanal.kpis.catalogue import GROUPS, KPIS
from fanal.kpis.periods import named
from fanal.kpis.words import shown
from fanal.routing.models import Queue, QueueEntry
from tests import day
from tests.day import Contact, absorb_all, present
from tests.people import an_agent

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.page_addresses")]


class Today:
    """A quarter of an hour of work that began twenty minutes ago."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        began = timezone.now().replace(microsecond=0) - timedelta(minutes=20)
        monkeypatch.setattr(day, "MORNING", began)
        self.orders = day.queue("orders", answer_within_seconds=20)
        self.cards = day.queue("cards")
        self.amal = an_agent()
        self.supervisor, self.manager = an_agent("supervisor"), an_agent("manager")
        self.cards.managers.add(self.manager)
        present(self.amal, "available", 0)
        AgentState.objects.create(agent=self.amal, state=Presence.AVAILABLE, started_at=began)
        enquiry = CaseType.objects.create(code="enquiry", name="Enquiry")
        for at, wait in ((10, 8), (200, 60)):
            contact = Contact(self.orders, at).answered(self.amal, at + wait)
            contact.case(enquiry, self.amal, at + wait + 50)
            contact.finished(self.amal, at + wait + 100)
        Interaction.objects.filter(pk=contact.interaction.pk).update(channel="voice")
        rule = AdviceRule.objects.create(code="late", name="Late order", what="offer")
        advice = AdviceShown.objects.create(
            rule=rule, interaction=contact.interaction, what=rule.what, shown_at=day.after(300), shown_to=self.amal
        )
        tell(advice, "advice.shown", by=self.amal, now=day.after(300))
        left = Contact(self.orders, 300).abandoned(400)
        left.say("callback.offered", 350, entry=left.entry)
        left.say("callback.wished", 360, callback=1)
        left.say("call.refused", 370, why="full")
        left.say("flow.began", 250, run=1, flow="phone")
        left.say("flow.ended", 299, run=1, flow="phone", how="left")
        Contact(self.cards, 500).abandoned(520)
        self.waiting = Contact(self.orders, 600)
        self.entry = QueueEntry.objects.create(
            queue=self.orders,
            interaction=self.waiting.interaction,
            channel="webchat",
            entered_at=day.after(600),
            position_at=day.after(600),
        )
        absorb_all()


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> Today:
    if timezone.now().hour == 0 and timezone.now().minute < 21:
        pytest.skip("the twenty minutes would lie in two days")
    return Today(monkeypatch)


def browser(agent: Agent) -> Client:
    client = Client()
    client.force_login(agent, backend="fanal.desk.accounts.backend.AgentBackend")
    return client


def page(agent: Agent, name: str, *args: Any, **query: Any) -> str:
    answer = browser(agent).get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def lines_of(agent: Agent, name: str, **query: Any) -> list[list[str]]:
    answer = browser(agent).get(reverse(name), query)
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]


def test_the_queue_page_shows_who_waits_and_the_figures_of_today(today: Today) -> None:
    text = page(today.supervisor, "queues")
    assert "Orders" in text
    assert "Cards" in text
    assert shown(1 / 3, KPIS["service_level_of_answered_and_abandoned"].unit) in text
    assert str(KPIS["service_level_of_answered_and_abandoned"].formula).replace("'", "&#x27;") in text
    assert f'data-over="{today.orders.answer_within_seconds}"' in text


def test_a_reload_of_the_queue_page_answers_its_living_part_alone(today: Today) -> None:
    answer = browser(today.supervisor).get(reverse("queues"), headers={"HX-Request": "true"})
    assert b"<html" not in answer.content
    assert b"Orders" in answer.content


def test_a_queue_manager_sees_the_own_queues_and_nobody_elses(today: Today) -> None:
    text = page(today.manager, "queues")
    assert "Cards" in text
    assert "Orders" not in text
    assert browser(today.manager).get(reverse("queue", args=[today.orders.pk])).status_code == 404
    assert "1" in page(today.manager, "report_rows", figure="offered")
    assert browser(today.manager).put(reverse("entry_priority", args=[today.entry.pk]), "priority=4").status_code == 404


@pytest.mark.parametrize("name", ["queues", "agents", "reports", "report_rows", "report_definitions", "quarantine"])
def test_an_agent_sees_no_supervision(today: Today, name: str) -> None:
    assert browser(today.amal).get(reverse(name), {"figure": "offered"}).status_code == 403


@pytest.mark.parametrize("kpi", list(KPIS))
def test_a_figure_is_the_same_on_a_page_in_a_file_and_from_the_api(today: Today, kpi: str) -> None:
    now = timezone.now()
    figure = actions.figures(kpi_ids=[kpi], period=named("today", now), viewer=today.supervisor, now=now)[0]
    api = browser(today.supervisor).get(f"/api/v1/figures/{kpi}").json()["rows"][0]
    by = "agent" if "agent" in KPIS[kpi].by else "queue"
    file = {line[1]: line for line in lines_of(today.supervisor, "report_file", by=by) if line[0] == "All"}[kpi]
    rows = page(today.supervisor, "report_rows", figure=kpi)
    if KPIS[kpi].source == "time":  # the open stretch grows from one call to the next
        assert abs(api["numerator"] - figure.numerator) < 20
        return
    assert (api["numerator"], api["denominator"], api["value"]) == (figure.numerator, figure.denominator, figure.value)
    assert float(file[3]) == figure.numerator
    assert file[5] == ("" if figure.value is None else str(figure.value))
    assert f'{KPIS[kpi].name}: <bdi class="num">{shown(figure.value, KPIS[kpi].unit)}</bdi>' in rows
    group = next(name for name, (_label, kpis) in GROUPS.items() if KPIS[kpi] in kpis)
    assert shown(figure.value, KPIS[kpi].unit) in page(today.supervisor, "reports", by=by, group=group)


def test_the_rows_of_a_figure_are_as_many_as_it_says(today: Today) -> None:
    text = page(today.supervisor, "report_rows", figure="offered")
    assert "5 rows" in text
    assert len(re.findall(r'class="main-cell"', text)) == 5
    assert len(lines_of(today.supervisor, "report_rows_file", figure="offered")) == 6
    answer = browser(today.supervisor).get("/api/v1/figures/offered/rows?limit=2").json()
    assert (answer["count"], len(answer["rows"])) == (5, 2)
    beyond = browser(today.supervisor).get(f"/api/v1/figures/offered/rows?offset={2**63}")
    assert (beyond.status_code, beyond.json()["rows"]) == (200, [])


def test_the_agents_page_shows_state_and_work(today: Today) -> None:
    text = page(today.supervisor, "agents")
    assert today.amal.name in text
    assert "Available" in text
    assert "Sign out" in text


@pytest.mark.parametrize("by", ["queue", "agent", "type", "channel", "day", "interval"])
@pytest.mark.parametrize("period", ["today", "yesterday", "7days", "30days"])
def test_each_report_opens(today: Today, by: str, period: str) -> None:
    assert "</html>" in page(today.supervisor, "reports", by=by, period=period)


def test_the_report_of_quarters_draws_a_column_for_each(today: Today) -> None:
    Contact(today.orders, 1000).abandoned(1010)
    absorb_all()
    text = page(today.supervisor, "reports", by="interval")
    assert text.count('<rect class="column"') >= 2
    assert 'style="' not in text


def test_files_are_for_those_who_may_export_and_are_remembered(today: Today) -> None:
    assert browser(today.manager).get(reverse("report_file")).status_code == 403
    assert browser(today.manager).get(reverse("report_rows_file"), {"figure": "offered"}).status_code == 403
    assert "CSV" not in page(today.manager, "reports")
    lines_of(today.supervisor, "report_rows_file", figure="offered")
    event = Event.objects.get(kind="figures.exported")
    assert (event.by, event.data["figure"]) == (today.supervisor.pk, "offered")


def test_a_name_that_is_a_formula_does_no_harm_in_a_file(today: Today) -> None:
    Queue.objects.filter(pk=today.orders.pk).update(name='=HYPERLINK("http://evil")')
    lines = lines_of(today.supervisor, "report_rows_file", figure="offered")
    assert {line[3] for line in lines[1:]} == {'\'=HYPERLINK("http://evil")', "Cards"}


@pytest.mark.parametrize(
    "query",
    [
        {"period": "century"},
        {"by": "moon"},
        {"group": "others"},
        {"queue": "x"},
        {"queue": "9" * 30},
        {"from": "2026-02-30", "to": "2026-03-01"},
        {"from": "2026-03-02", "to": "2026-03-01"},
        {"from": "0001-01-01", "to": "9999-12-31"},
        {"channel": "pigeon"},
        {"figure": "unknown"},
        {"figure": ""},
    ],
)
def test_a_question_that_makes_no_sense_is_answered_with_what_is_wrong(today: Today, query: dict[str, str]) -> None:
    answer = browser(today.supervisor).get(reverse("report_rows"), {"figure": "offered"} | query)
    assert answer.status_code == 400
    assert b"This report cannot be made" in answer.content


def test_a_supervisor_raises_the_priority_and_gives_the_entry_to_another_queue(today: Today) -> None:
    client = browser(today.supervisor)
    assert client.put(reverse("entry_priority", args=[today.entry.pk]), "priority=4").status_code == 204
    today.entry.refresh_from_db()
    assert today.entry.priority == 4
    assert client.put(reverse("entry_priority", args=[today.entry.pk]), "priority=9").status_code == 422
    assert client.put(reverse("entry_place", args=[today.entry.pk]), f"to=queue:{today.cards.pk}").status_code == 204
    today.entry.refresh_from_db()
    assert today.entry.state == "withdrawn"
    assert QueueEntry.objects.get(state="waiting").queue == today.cards
    assert client.put(reverse("entry_place", args=[today.entry.pk]), f"to=queue:{today.cards.pk}").status_code == 409


def test_a_supervisor_signs_an_agent_out(today: Today) -> None:
    assert browser(today.supervisor).delete(reverse("agent_presence", args=[today.amal.pk])).status_code == 204
    assert AgentState.objects.get(agent=today.amal, ended_at=None).state == Presence.OFFLINE
    assert browser(today.manager).delete(reverse("agent_presence", args=[today.amal.pk])).status_code == 404


def test_input_that_was_set_aside_is_shown_with_its_reason_and_the_sum(today: Today) -> None:
    account = ChannelAccount.objects.get(code="shop")
    for n, (state, reason) in enumerate([("processed", ""), ("quarantined", "no such kind"), ("received", "")]):
        RawEvent.objects.create(
            account=account,
            external_id=str(n),
            kind="nonsense",
            body={"secret": "Rosebud"},
            received_at=timezone.now(),
            state=state,
            reason=reason,
        )
    text = page(today.supervisor, "quarantine")
    assert "no such kind" in text
    assert "Rosebud" not in text
    assert re.sub(r"<[^>]+>", "", text).count("3 received = 1 processed + 1 set aside + 1 not yet processed") == 1
    shown = browser(today.supervisor).get(reverse("quarantine")).context["days"]
    assert [(line.channel, [one.number for one in line.counts]) for line in shown] == [("Chat", [3, 1, 1, 1])]
    assert "was set aside" in page(today.supervisor, "queues")
    raw = RawEvent.objects.get(state="quarantined")
    answer = browser(today.supervisor).post(reverse("quarantine_replay", args=[raw.pk]))
    assert answer.status_code == 200
    assert Event.objects.filter(kind="raw.replayed").exists()
    assert browser(today.manager).post(reverse("quarantine_replay", args=[raw.pk])).status_code == 403


def test_each_number_of_what_came_in_opens_exactly_its_rows(today: Today) -> None:
    now = timezone.now()
    post = ChannelAccount.objects.create(kind="email", code="post", name="Post", address="post@shop.example")
    for n in range(40):
        state = ("processed", "processed", "quarantined", "received")[n % 4]
        RawEvent.objects.create(
            account=post if n % 3 else ChannelAccount.objects.get(code="shop"), external_id=str(n), kind="mail",
            body={}, received_at=now - timedelta(days=n % 2), state=state,
            reason="odd" if state == "quarantined" else "",
        )  # fmt: skip
    supervisor = browser(today.supervisor)
    shown = supervisor.get(reverse("quarantine")).context["days"]
    assert len(shown) == 4
    for line in shown:
        assert line.counts[0].number == sum(one.number for one in line.counts[1:])
        for one in line.counts:
            rows = supervisor.get(f"{reverse('quarantine')}?{one.query}").context["page"].paginator.count
            assert rows == one.number
    assert sum(line.counts[0].number for line in shown) == RawEvent.objects.count()
    odd = f"{reverse('quarantine')}?on=yesterday&channel=pigeon&state=lost"
    assert supervisor.get(odd).context["page"].paginator.count == RawEvent.objects.filter(state="quarantined").count()


def test_the_api_refuses_strangers_and_agents_and_says_what_it_does_not_understand(today: Today) -> None:
    assert Client().get("/api/v1/figures/offered").status_code == 401
    assert browser(today.amal).get("/api/v1/figures/offered").json()["error"] == "not_allowed"
    client = browser(today.supervisor)
    assert {one["id"] for one in client.get("/api/v1/figures/").json()} == set(KPIS)
    assert client.get("/api/v1/figures/nonsense").status_code == 404
    assert client.get("/api/v1/figures/offered?by=moon").status_code == 422
    assert client.get("/api/v1/figures/offered?by=agent").json()["error"] == "not_told_apart"
    parts = client.get("/api/v1/figures/offered?by=queue").json()["rows"]
    assert {part["label"]: part["value"] for part in parts} == {"Orders": 4, "Cards": 1}
    seen = browser(today.manager).get("/api/v1/figures/offered/rows").json()
    assert [row["queue"] for row in seen["rows"]] == [today.cards.pk]


def test_the_queue_page_takes_few_queries(today: Today, client: Client, django_assert_max_num_queries: Any) -> None:
    client.force_login(today.supervisor)
    with django_assert_max_num_queries(14):  # nine, and the savepoints that only a test has
        assert client.get(reverse("queues")).status_code == 200


def test_a_table_adds_up_to_what_is_counted_together(today: Today) -> None:
    now, ids = timezone.now(), ["offered", "average_wait_of_answered", "handled", "average_first_reply_of_replied"]
    period = named("today", now)
    parts, whole = actions.table(kpi_ids=ids, period=period, by="queue", seen=sight(today.supervisor), now=now)
    assert whole == actions.figures(kpi_ids=ids, period=period, viewer=today.supervisor, now=now)
    assert parts == actions.figures(kpi_ids=ids, period=period, by="queue", viewer=today.supervisor, now=now)
