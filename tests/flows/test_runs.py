"""A contact goes through a flow: kept after each turn, looked up for real, and what was gathered arrives with it."""

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection

from fanal.channels.models import ChannelAccount
from fanal.desk.workplace.lines import lines_of
from fanal.events.models import Event
from fanal.holdings.keys import card_key
from fanal.holdings.models import HoldingSource, Order, Reading
from fanal.hours.models import Calendar, OpeningPeriod
from fanal.identity.models import Assurance
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction
from fanal.norms import cards
from fanal.scenarios import actions
from fanal.scenarios.looking_up import LOOKS
from fanal.scenarios.models import Flow, FlowEnd, FlowRun, FlowVersion
from fanal.scenarios.rules import flows
from fanal.scenarios.rules.flows import Choice, Ended, Keyed, Nothing, Passed, Silence, ToQueue, WantsCallback
from tests.flows.shapes import DEMO, ask, bye, menu, written
from tests.people import an_agent

pytestmark = pytest.mark.django_db
CARD = "4111111111111111"
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)  # a Monday


class Call:
    """One contact in a flow: what is pressed, and what was heard."""

    def __init__(self, flow: Flow, *, source: str = "+33600000001", customer: Any = None, assurance: int = 0) -> None:
        account = ChannelAccount.objects.get_or_create(code="line", defaults={"kind": "voice", "name": "Line"})[0]
        self.at = NOW
        self.contact = interactions.start(account=account, source=source, now=NOW)
        if customer:
            interactions.identify(
                interaction=self.contact, customer=customer, assurance=assurance, why="sole_match", by=None, now=NOW
            )
        self.take(actions.begin_flow(interaction=self.contact, flow=flow, values={"caller": source}, now=NOW))

    def take(self, going: actions.Going | None) -> "Call":
        assert going
        self.run, self.turn, self.fresh = going.run, going.turn, going.fresh
        self.heard = [said.text for said in going.turn.says]
        return self

    def press(self, *keys: str | flows.Input) -> "Call":
        for one in keys:
            given = (Keyed(keys=one) if one else Silence()) if isinstance(one, str) else one
            self.at += timedelta(seconds=3)
            going = actions.answer_flow(run=self.run.pk, turn=self.turn.position.turn, given=given, now=self.at)
            self.take(going)
        return self

    def kept(self) -> FlowRun:
        return FlowRun.objects.get(pk=self.run.pk)

    def arrived(self) -> Interaction:
        return Interaction.objects.get(pk=self.contact.pk)


def a_flow(content: dict[str, Any] | None = None, code: str = "phone") -> Flow:
    return Flow.objects.create(code=code, name="Phone", content=content or json.loads(DEMO.read_text()))


@pytest.fixture
def office(shop: Any) -> Calendar:
    """Open on weekdays from nine to five, in Paris."""
    calendar = Calendar.objects.create(code="office", name="Office", zone="Europe/Paris")
    for day in range(5):
        OpeningPeriod.objects.create(calendar=calendar, weekday=day, opens_at=time(9), closes_at=time(17))
    return calendar


@pytest.fixture
def order(shop: Any) -> Order:
    return Order.objects.create(
        customer=shop.customer, number="HL-700110", state="shipped", placed_at=NOW, promised_on=date(2026, 3, 5)
    )


def test_an_order_is_looked_up_and_told_and_nobody_was_needed(order: Order, office: Calendar) -> None:
    call = Call(a_flow()).press("1", "1", "700110", "1")
    assert call.heard[:2] == [
        "One moment, please.",
        "Your order H L, 7 0 0, 1 1 0: On its way. It was promised for March 5th.",
    ]
    assert call.press("").turn.outcome == Ended(settled=True)
    kept = call.kept()
    assert (kept.how, kept.gathered, kept.ended_at) == (FlowEnd.SERVED, {"order": "HL-700110"}, call.at)
    assert call.arrived().given == {"order": "HL-700110"}


def test_the_state_is_told_in_the_language_that_was_chosen_and_the_contact_keeps_it(
    order: Order, office: Calendar
) -> None:
    call = Call(a_flow()).press("2", "1", "700110", "1")
    assert "H L, 7 0 0, 1 1 0 : En route." in call.heard[1]
    assert call.press("").arrived().language == "fr"


def test_who_chose_no_language_has_none(office: Calendar) -> None:
    call = Call(a_flow()).press("", "", "0")
    assert isinstance(call.turn.outcome, ToQueue)
    assert call.arrived().language == ""


def test_another_process_goes_on_where_the_first_was_killed(order: Order, office: Calendar) -> None:
    call = Call(a_flow()).press("1", "1", "700110")
    again = actions.resume_flow(interaction=call.contact)
    assert again
    assert [said.text for said in again.turn.says] == call.heard
    assert again.turn.wants == Choice(keys=("1", "2"), seconds=6)
    assert actions.begin_flow(interaction=call.contact, flow=Flow.objects.get(), now=NOW) == again
    assert FlowRun.objects.count() == 1


def test_what_could_be_a_recording_is_called_by_flow_step_and_prompt(order: Order, office: Calendar) -> None:
    call = Call(a_flow())
    assert [said.name for said in call.turn.says] == ["phone/welcome"] * 4
    assert [said.name for said in call.press("1", "9").turn.says] == ["phone/menu.again"]
    assert [said.name for said in call.press("1", "700110").turn.says] == [""]
    again = actions.resume_flow(interaction=call.contact)
    assert again
    assert again.turn.says == call.turn.says


def test_an_input_that_comes_twice_has_no_second_effect(order: Order, office: Calendar) -> None:
    call = Call(a_flow())
    first = call.turn.position.turn
    actions.answer_flow(run=call.run.pk, turn=first, given=Keyed(keys="1"), now=NOW)
    before = call.kept().position
    twice = actions.answer_flow(run=call.run.pk, turn=first, given=Keyed(keys="1"), now=NOW)
    assert call.kept().position == before
    assert twice.turn.position.turn == first + 1
    assert twice.turn.says


def test_what_ended_stays_ended_and_tells_its_outcome_again(office: Calendar) -> None:
    flow = a_flow(written(phone=ask(gives="phone", next="wish"), wish={"kind": "callback", "number": "phone"}))
    call = Call(flow).press("0612345678")
    wish = WantsCallback(queue="", number="0612345678")
    assert (call.turn.outcome, call.fresh) == (wish, True)
    assert (call.press("7").turn.outcome, call.fresh) == (wish, False)
    assert Event.objects.filter(kind="flow.ended").count() == 1
    assert actions.resume_flow(interaction=call.contact) is None


def test_a_run_goes_on_with_the_flow_that_it_began_with(office: Calendar) -> None:
    flow = a_flow(written(menu=menu(), bye=bye()))
    call = Call(flow)
    flow.content = written(menu=menu(keys={"1": "people"}), people2=bye())
    flow.save()
    assert call.press("1").turn.outcome == Ended(settled=True)
    assert isinstance(Call(flow, source="+33600000002").press("1").turn.outcome, ToQueue)
    assert FlowVersion.objects.count() == 2
    Call(flow, source="+33600000003")
    assert FlowVersion.objects.count() == 2


def test_whoever_hangs_up_on_the_way_leaves_what_was_gathered(order: Order, office: Calendar) -> None:
    call = Call(a_flow()).press("1", "1", "700110", "1")
    actions.leave_flow(interaction=call.contact, now=call.at)
    actions.leave_flow(interaction=call.contact, now=call.at)
    assert (call.kept().how, call.arrived().given) == (FlowEnd.LEFT, {"order": "HL-700110"})
    assert "On its way" not in json.dumps(call.kept().position)


def test_a_card_is_nowhere_but_as_a_keyed_hash_and_its_last_four(shop: Any, caplog: Any, capsys: Any) -> None:
    """Neither where it is asked for, nor where somebody keys it in unasked: in no row, event or log."""
    steps = {"card": ask(gives="card", what="card", next="order"), "order": ask(longest=20, confirm="{{ order }}?")}
    call = Call(a_flow(written(**steps, bye=bye())))
    call.press("4111111111111112", CARD)
    assert call.kept().gathered == {"card_hash": cards.keyed_hash(CARD, key=card_key()), "card_last_four": "1111"}
    call.press(CARD, f"{CARD}#", "12")
    call.press("1")
    assert call.arrived().given["card_hash"] == cards.keyed_hash(CARD, key=card_key())
    tables = connection.introspection.table_names()
    assert {"events_event", "scenarios_flowrun", "interactions_interaction"} <= set(tables)
    for table in tables:
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT count(*) FROM "{table}" AS r WHERE r::text LIKE %s', [f"%{CARD}%"])
            assert cursor.fetchone() == (0,), table
    assert CARD not in caplog.text + "".join(capsys.readouterr())


def test_another_secret_is_kept_as_a_hash_that_is_good_in_its_run_alone(shop: Any) -> None:
    flow = a_flow(written(pin=ask(gives="pin", secret=True), bye=bye()))
    first, second = (Call(flow, source=f"+3360000000{n}").press("4711#").kept().gathered for n in (1, 2))
    assert first.keys() == second.keys() == {"pin_hash"}
    assert first != second
    assert "4711" not in json.dumps([first, second])


def test_events_of_a_flow_hold_ids_and_codes_only(order: Order, office: Calendar) -> None:
    Call(a_flow()).press("1", "1", "700110", "1", "")
    found = list(Event.objects.filter(kind__startswith="flow.").order_by("pk"))
    assert [event.kind for event in found] == ["flow.began", *["flow.answered"] * 5, "flow.ended"]
    assert all(set(event.data) <= {"interaction", "run", "flow", "step", "turn", "how"} for event in found)
    assert found[-1].data["how"] == "served"
    assert "700110" not in json.dumps([event.data for event in found])


@pytest.mark.parametrize(
    ("now", "heard"),
    [
        (datetime(2026, 3, 2, 10, 0, tzinfo=UTC), "I am connecting you"),
        (datetime(2026, 3, 2, 16, 30, tzinfo=UTC), "open again on March 3rd at 9 a.m."),
        (datetime(2026, 3, 7, 10, 0, tzinfo=UTC), "open again on March 9th at 9 a.m."),
    ],
)
def test_by_its_calendar_it_goes_to_people_or_tells_when_we_are_there(office: Calendar, now: datetime, heard: str):
    call = Call(a_flow())
    call.at = now
    assert heard in " ".join(call.press("1", "0").heard)


def test_without_a_calendar_the_hours_are_those_of_the_accounts_queue(shop: Any, office: Calendar) -> None:
    flow = a_flow(written(hours={"kind": "hours", "open": "people", "closed": "bye"}, bye=bye()))
    assert isinstance(Call(flow).turn.outcome, ToQueue)
    shop.queue.calendar = Calendar.objects.create(code="never", name="Never")
    shop.queue.save()
    ChannelAccount.objects.filter(code="line").update(settings={"queue": shop.queue.code})
    assert Call(flow, source="+33600000002").turn.outcome == Ended(settled=True)


def test_a_balance_is_told_to_nobody_who_is_not_surely_the_one(shop: Any, office: Calendar) -> None:
    account = shop.account
    account.balance, account.currency, account.balance_at = 120.5, "EUR", NOW
    account.save()
    digits = "".join(char for char in account.number if char.isdigit())
    account.number = digits
    account.save()
    for n, (customer, assurance) in enumerate(
        [(None, 0), (shop.customer, Assurance.MATCHED), (shop.other, Assurance.VERIFIED)], 1
    ):
        call = Call(a_flow(code=f"f{n}"), source=f"+3360000001{n}", customer=customer, assurance=assurance)
        call.press("1", "2", f"{digits}#")
        assert "120" not in " ".join(call.heard)
        assert isinstance(call.turn.outcome, ToQueue)
    sure = Call(a_flow(), source="+33600000019", customer=shop.customer, assurance=Assurance.VERIFIED)
    assert "Your balance on March 2nd: 120 euros 50." in sure.press("1", "2", f"{digits}#").heard


def open_order() -> dict[str, Any]:
    branches = {"found": "told", "not_found": "none", "not_sure": "unsure"}
    return written(
        look={"kind": "lookup", "lookup": "open_order", "branches": branches},
        told=bye(prompt="{{ order_number }}: {{ order_state_code }}."), none=bye(prompt="None."),
        unsure=bye(prompt="Who?"),
    )  # fmt: skip


def test_the_order_that_a_caller_waits_for_is_told_by_their_number_alone_if_that_is_sure(shop: Any) -> None:
    order = Order.objects.create(
        customer=shop.customer, number="77", state="packed", placed_at=NOW + timedelta(hours=1)
    )
    flow = a_flow(open_order())
    assert Call(flow, source="1").heard == ["None."]
    assert Call(flow, source="2", customer=shop.customer, assurance=Assurance.CLAIMED).heard == ["Who?"]
    assert Call(flow, source="3", customer=shop.customer, assurance=Assurance.MATCHED).heard == ["7 7: packed."]
    Order.objects.update(state="delivered")
    assert order.customer_id == shop.customer.pk
    assert Call(flow, source="4", customer=shop.customer, assurance=Assurance.MATCHED).heard == ["None."]


def test_whoever_guesses_numbers_is_told_nothing_any_more_after_a_few(order: Order, office: Calendar) -> None:
    found = {"found": "told", "not_found": "order"}
    told = bye(prompt="{{ order_state_code }}.")
    look = {"kind": "lookup", "lookup": "order_state", "branches": found}
    flow = a_flow(written(order=ask(before="HL-", longest=6, next="look"), look=look, told=told))
    assert Call(flow, source="1").press("111111", "222222", "700110").heard == ["shipped."]
    guesser = Call(flow, source="2").press("1#", "2#", "3#", "4#", "5#", "700110")
    assert isinstance(guesser.turn.outcome, ToQueue)
    assert guesser.kept().misses == 5


def test_a_back_office_is_asked_and_waited_for_a_moment_and_then_what_we_have_is_told(
    order: Order, office: Calendar
) -> None:
    HoldingSource.objects.create(code="erp", name="ERP", kinds=["order"], address="https://erp.example/{number}")
    call = Call(a_flow()).press("1", "1", "700110", "1")
    assert (call.heard, call.turn.wants) == (["One moment, please."], Nothing(seconds=1.0))
    assert Reading.objects.get().wanted_at is not None
    Reading.objects.update(wanted_at=None, read_at=NOW, tried_at=NOW, outcome="answered")
    assert "On its way" in " ".join(call.press(Passed()).heard)
    Reading.objects.update(tried_at=None, read_at=None, outcome="")
    slow = Call(Flow.objects.get(), source="+33600000002").press("1", "1", "700110", "1", Passed(), Passed())
    assert slow.turn.wants == Nothing(seconds=1.0)
    assert "On its way" in " ".join(slow.press(Passed()).heard)


def test_a_lookup_that_breaks_is_not_the_callers_trouble(
    order: Order, office: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(values: Any, asking: Any) -> Any:
        Order.objects.get(number="none")

    monkeypatch.setitem(LOOKS, "order_state", broken)  # type: ignore[misc]
    assert isinstance(Call(a_flow()).press("1", "1", "700110", "1").turn.outcome, ToQueue)


def test_every_lookup_that_a_flow_may_name_is_there() -> None:
    assert LOOKS.keys() == flows.LOOKUPS.keys() | {flows.HOURS}


def test_a_flow_that_cannot_be_read_is_not_begun_and_the_call_goes_on(shop: Any) -> None:
    account = ChannelAccount.objects.create(code="line", kind="voice", name="Line")
    contact = interactions.start(account=account, source="+33600000001", now=NOW)
    assert actions.begin_flow(interaction=contact, flow=a_flow({"steps": {}}), now=NOW) is None
    assert FlowRun.objects.count() == FlowVersion.objects.count() == 0


@pytest.mark.parametrize(
    ("settings", "called", "code"),
    [
        ({}, "", ""),
        ({"flow": "phone"}, "+33198765432", "phone"),
        ({"flow": "phone", "numbers": {"+33 1 98 76 54 32": "orders"}}, "+33198765432", "orders"),
        ({"flow": "phone", "numbers": {"01 98 76 54 32": "orders"}, "region": "FR"}, "0033198765432", "orders"),
        ({"flow": "phone", "numbers": {"+33 1 98 76 54 32": "orders"}}, "+33198765433", "phone"),
        ({"flow": "phone", "numbers": {"100": "inside"}}, "100", "inside"),
        ({"flow": "phone", "numbers": ["odd"]}, "100", "phone"),
        ({"flow": None}, "100", ""),
    ],
)
def test_the_number_that_was_called_says_which_flow_and_else_the_account(settings, called, code) -> None:
    from fanal.scenarios.rules.flows.choosing import flow_of

    assert flow_of(settings, called=called) == code


def test_how_it_ended_is_a_line_of_the_talk(order: Order, office: Calendar) -> None:
    call = Call(a_flow())
    assert [line for line in lines_of(call.contact, agent=an_agent()) if line.kind == "flow"] == []
    call.press("1", "0")
    (line,) = [line for line in lines_of(call.arrived(), agent=an_agent()) if line.kind == "flow"]
    assert (line.by, line.label, line.at) == ("Phone", "Went to people", call.at)


def test_only_a_flow_that_is_live_begins(shop: Any) -> None:
    account = ChannelAccount.objects.create(code="line", kind="voice", name="Line", settings={"flow": "phone"})
    assert actions.flow_for(account=account) is None
    flow = a_flow()
    assert actions.flow_for(account=account, called="+33198765432") == flow
    Flow.objects.update(active=False)
    assert actions.flow_for(account=account) is None
