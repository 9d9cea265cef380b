"""A guided flow is played: menus, numbers with confirmation, lookups, languages, and what arrives with the call."""

import json

import pytest

from fanal.scenarios.rules import flows
from fanal.scenarios.rules.flows import (
    NOT_YET,
    Answered,
    Choice,
    Ended,
    Keyed,
    Keys,
    LeavesMessage,
    LookUp,
    Nothing,
    Passed,
    Silence,
    ToQueue,
    Turn,
    WantsCallback,
    position_of,
)
from fanal.scenarios.rules.flows.trying import Trial
from tests.flows.shapes import ask, bye, demo, flow, menu

CARD = "4111111111111111"


def played(of: flows.Flow, *given: flows.Input | str, seal: flows.Seal | None = None) -> Turn:
    """The turn after all of that; between two of them the position goes through JSON, as through a row."""
    turn = flows.begin(of)
    for one in given:
        kept = position_of(json.loads(json.dumps(turn.position.as_json())))
        one = Keyed(keys=one) if isinstance(one, str) else one
        turn = flows.step(of, kept, one, seal=seal) if seal else flows.step(of, kept, one)
    return turn


def heard(turn: Turn) -> list[str]:
    return [said.text for said in turn.says]


def test_a_menu_leads_where_its_key_says():
    found = flow(menu=menu(), bye=bye())
    assert flows.begin(found).wants == Choice(keys=("1", "2"), seconds=6)
    assert played(found, "1").outcome == Ended(settled=True)
    assert played(found, "2").outcome == ToQueue(queue="general", priority=None, skills={})


def test_a_wrong_key_is_answered_and_after_so_many_tries_it_goes_on_otherwise():
    found = flow(menu=menu(again="Press 1 or 2.", tries=3, otherwise="bye"), bye=bye())
    assert heard(played(found, "9")) == ["Press 1 or 2."]
    assert heard(played(found, "9", Silence())) == ["Press 1 or 2."]
    assert played(found, "9", Silence(), "8").outcome == Ended(settled=True)


def test_without_a_way_of_its_own_a_step_goes_to_the_last_resort():
    assert isinstance(played(flow(menu=menu(tries=1), bye=bye()), Silence()).outcome, ToQueue)


def test_what_is_said_on_the_way_to_a_question_is_heard_before_it():
    found = flow(
        law={"kind": "say", "prompt": "This call is recorded.", "next": "menu", "whole": True}, menu=menu(), bye=bye()
    )
    first, second = flows.begin(found).says
    assert (first.text, first.whole, second.whole) == ("This call is recorded.", True, False)


def test_a_number_is_read_back_digit_by_digit_and_kept_when_it_was_right():
    found = flow(order=ask(longest=6, confirm="{{ order }}: right, press 1. Again, press 2."), bye=bye())
    back = played(found, "100200#")
    assert heard(back) == ["1 0 0, 2 0 0: right, press 1. Again, press 2."]
    assert back.wants == Choice(keys=("1", "2"), seconds=6)
    assert back.gathered == {}
    assert played(found, "100200", "1").gathered == {"order": "100200"}
    again = played(found, "100200", "2")
    assert (heard(again), again.gathered) == (["Your order number?"], {})
    assert played(found, "100200", "2", "7", "1").gathered == {"order": "7"}


def test_whoever_never_says_yes_does_not_confirm_for_ever():
    found = flow(order=ask(confirm="{{ order }}?", tries=3), bye=bye())
    assert isinstance(played(found, "7", "2", "7", "2", "7", "2").outcome, ToQueue)
    assert isinstance(played(found, "7", Silence(), "5", Silence()).outcome, ToQueue)


@pytest.mark.parametrize(
    ("more", "keys", "kept"),
    [
        ({"shortest": 4, "longest": 6}, "123", None),
        ({"shortest": 4, "longest": 6}, "1234567", None),
        ({"shortest": 4, "longest": 6}, "01234#", "01234"),
        ({"shortest": 4, "longest": 6}, "99*1234", "1234"),
        ({"before": "HL-"}, "700110#", "HL-700110"),
        ({"what": "number", "at_least": 2, "at_most": 10}, "007", "7"),
        ({"what": "number", "at_least": 2, "at_most": 10}, "11", None),
        ({"what": "number", "at_least": 0, "at_most": 10}, "0", "0"),
        ({"what": "date"}, "07031985", "1985-03-07"),
        ({"what": "date"}, "31021985", None),
        ({"check": "luhn"}, "79927398713", "79927398713"),
        ({"check": "luhn"}, "79927398710", None),
        ({"check": "mod97"}, "98", "98"),
        ({"check": "mod97"}, "99", None),
        ({}, "12#34", None),
        ({}, "#", None),
        ({"longest": 19}, CARD, None),
    ],
)
def test_only_what_was_asked_for_is_taken(more, keys, kept):
    assert played(flow(order=ask(**more), bye=bye()), keys).gathered == ({"order": kept} if kept else {})


def test_of_a_secret_only_what_the_caller_of_the_engine_makes_of_it_is_in_the_turn():
    found = flow(card=ask(gives="card", what="card", secret=True), bye=bye())
    assert flows.begin(found).wants.secret is True
    sealed = played(found, CARD, seal=lambda name, keyed: {f"{name}_hash": "x", f"{name}_last_four": keyed[-4:]})
    assert sealed.gathered == {"card_hash": "x", "card_last_four": "1111"}
    assert CARD not in json.dumps(sealed.position.as_json())
    assert CARD not in repr(sealed)
    assert CARD not in repr(Keyed(keys=CARD))
    assert played(found, CARD).gathered == {}


def test_a_card_that_is_keyed_in_anywhere_else_is_nowhere_in_the_turn():
    found = flow(order=ask(longest=20, confirm="{{ order }}?"), menu=menu(), bye=bye())
    assert CARD not in repr(played(found, CARD)) + json.dumps(played(found, CARD).position.as_json())
    found = flow(menu=menu(), bye=bye())
    assert CARD not in repr(played(found, CARD)) + json.dumps(played(found, CARD).position.as_json())


def test_languages_are_offered_each_in_itself_and_then_only_the_chosen_one_is_heard():
    begun = flows.begin(demo())
    assert [said.language for said in begun.says] == ["en", "fr", "ar", "ru"]
    chosen = played(demo(), "2")
    assert [said.language for said in chosen.says] == ["fr"]
    assert chosen.position.language == "fr"
    assert played(demo(), Silence(), Silence()).position.language == "en"


def test_a_language_that_is_known_before_is_begun_in():
    assert flows.begin(flow(menu=menu(), bye=bye()), language="ru").position.language == "en"
    assert flows.begin(demo(), language="ar").position.language == "ar"


def test_a_lookup_is_asked_for_with_what_was_gathered_and_told_in_the_callers_way():
    asked = played(demo(), "1", "1", "700110", "1")
    assert asked.outcome == LookUp(lookup="order_state", values={"order": "HL-700110"})
    assert asked.wants == Nothing()
    known = {"order_number": "HL-700110", "order_state": "On its way", "promised_on": "2026-11-24"}
    told = flows.step(demo(), asked.position, Answered(branch="found", values=known))
    assert heard(told)[0] == "Your order H L, 7 0 0, 1 1 0: On its way. It was promised for November 24th."
    without = flows.step(demo(), asked.position, Answered(branch="found", values={**known, "promised_on": ""}))
    assert heard(without)[0] == "Your order H L, 7 0 0, 1 1 0: On its way."


def test_self_service_ends_without_an_agent():
    asked = played(demo(), "1", "1", "700110", "1", Answered(branch="found"), Silence())
    assert (asked.outcome, asked.over) == (Ended(settled=True), True)


def test_what_is_not_known_yet_is_looked_up_again_for_a_while_and_then_it_goes_on_without():
    before = ("1", "1", "700110", "1")
    waiting = played(demo(), *before, Answered(branch=NOT_YET))
    assert (waiting.wants, waiting.outcome) == (Nothing(seconds=1.0), None)
    once_more = flows.step(demo(), waiting.position, Passed())
    assert isinstance(once_more.outcome, LookUp)
    given_up = played(demo(), *before, *[Answered(branch=NOT_YET), Passed()] * 3, Answered(branch=NOT_YET))
    assert given_up.outcome == LookUp(lookup="hours", values={"calendar": "office"})


def test_out_of_hours_it_ends_with_a_wish():
    trial = Trial(flow=demo(), finds={"hours": "closed"})
    closed = trial.step(trial.step(trial.begin(), "1"), "0")
    assert "open again on November 23rd at 9 a.m." in heard(closed)[0]
    assert trial.step(closed, "1").outcome == WantsCallback(queue="general", number="")
    assert trial.step(closed, "2").outcome == LeavesMessage(queue="general")


def test_who_is_not_sure_enough_goes_to_people_with_what_was_keyed_in():
    trial = Trial(flow=demo(), finds={"balance": "not_sure"})
    turn = trial.begin()
    for keys in ("1", "2", "40001234#"):
        turn = trial.step(turn, keys)
    assert isinstance(turn.outcome, ToQueue)
    assert turn.gathered == {"account": "40001234"}


def test_a_callback_is_for_the_number_that_was_gathered():
    found = flow(phone=ask(gives="phone", next="wish"), wish={"kind": "callback", "number": "phone"}, bye=bye())
    assert played(found, "0612345678").outcome == WantsCallback(queue="", number="0612345678")


def test_whoever_goes_on_after_a_break_hears_what_was_asked_last():
    for given in ([], ["1"], ["1", "1"], ["1", "1", "700110"]):
        turn = played(demo(), *given)
        again = flows.again(demo(), turn.position)
        assert again.position == turn.position
        assert (again.wants, again.outcome) == (turn.wants, turn.outcome)
        assert heard(again) == heard(turn)[-len(heard(again)) :]


def test_what_ended_stays_ended_and_says_nothing_more():
    ended = played(flow(menu=menu(), bye=bye()), "1")
    after = flows.step(flow(menu=menu(), bye=bye()), ended.position, Keyed(keys="2"))
    assert (after.outcome, after.says, after.position) == (ended.outcome, (), ended.position)


def test_every_input_makes_a_new_turn_so_that_a_repeat_is_known():
    turns = [
        played(demo(), *given).position.turn for given in ([], ["9"], ["9", "1"], ["9", "1", Answered(branch="x")])
    ]
    assert turns == [1, 2, 3, 4]


def test_steps_that_never_ask_do_not_hang_the_machine():
    found = flow(
        a={"kind": "say", "prompt": "A.", "next": "b"}, b={"kind": "say", "prompt": "B.", "next": "a"}, bye=bye()
    )
    assert isinstance(flows.begin(found).outcome, ToQueue)


def test_a_number_is_whole_with_its_last_key_or_its_last_digit():
    keys = Keys(shortest=4, longest=6, ends_with="#", seconds=6, between=4)
    assert [keys.enough(said) for said in ("1", "12345", "123456", "12#", "123456*1")] == [
        False,
        False,
        True,
        True,
        False,
    ]
    choice = Choice(keys=("1", "21"), seconds=6)
    assert [choice.enough(said) for said in ("1", "2", "21", "9", "29")] == [True, False, True, True, True]


def test_only_what_no_value_stands_in_can_be_a_recording_of_the_company():
    assert [said.name for said in played(demo(), "1").says] == ["menu"]
    assert [said.name for said in played(demo(), "1", "9").says] == ["menu.again"]
    assert [said.name for said in played(demo(), "1", "1", "700110").says] == [""]
