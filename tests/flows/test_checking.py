"""What is wrong with a flow is found before anybody calls, one finding at a time, each in words that say where."""

import copy
import json
import re

import pytest

from fanal.scenarios.rules.flows import LOOKUPS, Surroundings, Unreadable, check, read
from fanal.scenarios.wording_of_flows import FINDINGS, sentence
from tests.flows.shapes import DEMO, ask, bye, demo, flow, menu, written

AROUND = Surroundings(queues={"general"}, calendars={"office"}, skills={"french"})


def codes(of, around=AROUND) -> list[tuple[str, str]]:
    return [(one.step, one.code) for one in check(of, around)]


def say(**more) -> dict:
    return {"kind": "say", "prompt": "Yes.", "next": "bye", **more}


def lookup(**more) -> dict:
    return {"kind": "lookup", "lookup": "order_state", "branches": {"found": "bye"}, **more}


def test_the_demos_flow_may_go_live():
    assert check(demo(), AROUND) == []


CARD = {"gives": "card", "what": "card"}


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ({"menu": menu(), "bye": bye(), "lost": say()}, [("lost", "unreachable")]),
        (
            {"a": say(next="b"), "b": say(next="a")},
            [("a", "never_ends"), ("a", "runs_in_circle"), ("b", "never_ends")],
        ),
        ({"menu": menu(otherwise="menu"), "bye": bye()}, [("menu", "silence_in_circle")]),
        (
            {"menu": menu(otherwise="sorry"), "bye": bye(), "sorry": say(next="menu")},
            [("menu", "silence_in_circle")],
        ),
        (
            {"state": {"kind": "hours", "open": "say", "closed": "say"}, "say": say(next="state")},
            [("state", "runs_in_circle")],
        ),
        ({"bye": {"kind": "end"}}, [("bye", "ends_silently")]),
        (
            {"go": {"kind": "queue", "queue": "gold", "skills": {"irish": 3}}},
            [("go", "queue_unknown"), ("go", "skill_unknown")],
        ),
        ({"go": {"kind": "voicemail", "queue": "gold"}}, [("go", "queue_unknown")]),
        (
            {"go": {"kind": "callback", "queue": "gold", "number": "x"}},
            [("go", "queue_unknown"), ("go", "name_unknown")],
        ),
        (
            {"hours": {"kind": "hours", "calendar": "night", "open": "bye", "closed": "bye"}, "bye": bye()},
            [("hours", "calendar_unknown")],
        ),
        ({"look": lookup(lookup="weather"), "bye": bye()}, [("look", "lookup_unknown")]),
        ({"look": lookup(), "bye": bye()}, [("look", "not_asked_before")]),
        (
            {"order": ask(next="look"), "look": lookup(branches={"gone": "bye"}), "bye": bye()},
            [("look", "branch_unknown"), ("look", "found_unanswered")],
        ),
        ({"say": say(prompt="It is {{ wether }}."), "bye": bye()}, [("say", "name_unknown")]),
        ({"order": ask(otherwise="bye"), "bye": bye(prompt="{{ order }}.")}, [("bye", "name_not_sure")]),
        ({"order": ask(prompt="Not {{ order }}?"), "bye": bye()}, [("order", "name_not_sure")]),
        (
            {"on": {"kind": "branch", "by": "mood", "cases": {"good": "bye"}}, "bye": bye()},
            [("on", "name_unknown")],
        ),
        ({"card": ask(**CARD, confirm="{{ card }}?"), "bye": bye()}, [("card", "secret_read_back")] * 2),
        ({"card": ask(**CARD), "bye": bye(prompt="{{ card }}.")}, [("bye", "secret_read_back")]),
        ({"card": ask(**CARD), "bye": bye(prompt="{{ card_hash }}.")}, [("bye", "secret_read_back")]),
        ({"card": ask(**CARD, recorded=True), "bye": bye()}, [("card", "secret_recorded")]),
        ({"card": ask(**CARD, secret=False), "bye": bye()}, [("card", "not_secret")]),
        ({"pin": ask(gives="pin"), "bye": bye()}, [("pin", "not_secret")]),
        ({"birth": ask(what="date", longest=6, shortest=6), "bye": bye()}, [("birth", "never_taken")]),
        ({"many": ask(what="number", at_least=5, at_most=2), "bye": bye()}, [("many", "never_taken")]),
    ],
)  # fmt: skip
def test_each_thing_that_would_go_wrong_is_found(steps, found):
    """Also with the last resort never reached otherwise: it is always a way."""
    assert codes(flow(**steps)) == found
    for one in check(flow(**steps), AROUND):
        said = sentence(one)
        assert one.step in said
        assert "%(" not in said


def test_a_lookup_of_a_secret_may_say_the_last_four():
    assert codes(flow(card=ask(**CARD), bye=bye(prompt="The card that ends with {{ card_last_four }}."))) == []


def test_a_language_without_a_prompt_is_found_wherever_something_is_said():
    data = json.loads(DEMO.read_text())
    del data["steps"]["menu"]["prompt"]["ar"]
    del data["steps"]["menu"]["again"]["fr"]
    del data["steps"]["order"]["confirm"]["ru"]
    del data["steps"]["goodbye"]["prompt"]["en"]
    assert [(one.step, one.place, one.values["language"]) for one in check(read(data), AROUND)] == [
        ("menu", "prompt", "ar"),
        ("menu", "again", "fr"),
        ("order", "confirm", "ru"),
        ("goodbye", "prompt", "en"),
    ]


def test_what_is_not_known_here_is_not_checked():
    assert codes(flow(go={"kind": "queue", "queue": "gold"}), None) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"languages": []}, "languages_missing"),
        ({"begins": "start"}, "step_unknown"),
        ({"begins": None}, "field_missing"),
        ({"otherwise": "menu"}, "last_resort_goes_on"),
        ({"otherwise": "nobody"}, "step_unknown"),
        ({"steps": {}}, "steps_missing"),
        ({"colour": "red"}, "field_unknown"),
    ],
)
def test_what_cannot_be_read_of_the_whole_is_said(change, found):
    with pytest.raises(Unreadable) as why:
        read({**written(menu=menu(), bye=bye()), **change})
    assert found in [one.code for one in why.value.findings]


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ({"kind": "dance"}, ["kind_unknown"]),
        ({}, ["field_missing"]),
        (menu(prompt=None), ["field_missing"]),
        (menu(prompt=3), ["not_a_prompt"]),
        (menu(prompt={"de": "Ja."}), ["language_unknown"]),
        (menu(keys={}), ["not_a_table"]),
        (menu(keys={"1": 5}), ["not_a_table"]),
        (menu(keys={"A": "bye"}), ["key_unfit"]),
        (menu(keys={"1": "bye", "12": "bye"}), ["keys_clash"]),
        (menu(keys={"1": "gone"}), ["step_unknown"]),
        (menu(otherwise="gone"), ["step_unknown"]),
        (menu(seconds=0), ["not_a_number"]),
        (menu(tries=2.5), ["not_a_number"]),
        (menu(tries="many"), ["not_a_number"]),
        (menu(colour="red"), ["field_unknown"]),
        (menu(recorded="yes"), ["not_a_flag"]),
        (menu(prompt={"en": "x" * 1001}), ["not_a_prompt"]),
        (say(next=None), ["field_missing"]),
        (say(prompt=None), ["field_missing"]),
        (ask(gives="my number"), ["name_unfit"]),
        (ask(shortest=9, longest=3), ["lengths_unfit"]),
        (ask(ends_with="1"), ["key_unfit"]),
        (ask(right="1", wrong="1"), ["key_unfit", "key_unfit"]),
        (ask(what="colour"), ["choice_unknown"]),
        (ask(check="sum"), ["choice_unknown"]),
        ({"kind": "language", "prompt": "1?", "keys": {"1": "de"}, "next": "bye"}, ["language_unknown"]),
        ({"kind": "queue", "skills": {"french": 9}}, ["skills_unfit"]),
        ({"kind": "queue", "priority": 9}, ["not_a_number"]),
        ({"kind": "lookup", "branches": {"found": "bye"}}, ["field_missing"]),
        ("menu", ["field_missing"]),
    ],
)
def test_what_cannot_be_read_of_a_step_is_said_with_its_name(step, found):
    with pytest.raises(Unreadable) as why:
        read(written(odd=step, bye=bye()))
    assert [(one.step, one.code) for one in why.value.findings] == [("odd", code) for code in found]
    assert all("odd" in sentence(one) and "%(" not in sentence(one) for one in why.value.findings)


def test_a_step_is_called_by_what_can_name_a_file():
    with pytest.raises(Unreadable) as why:
        read({**written(bye=bye()), "steps": {**written(bye=bye())["steps"], "../bye": bye()}})
    assert [one.code for one in why.value.findings] == ["code_unfit"]


def test_everything_that_is_wrong_is_told_at_once():
    with pytest.raises(Unreadable) as why:
        read(written(one=menu(seconds=0), two=say(next="gone"), bye=bye()))
    assert [one.step for one in why.value.findings] == ["one", "two"]


@pytest.mark.parametrize("data", [None, [], "menu", 3, {}, {"languages": "en"}, {"languages": [1], "steps": [2]}])
def test_whatever_is_given_is_read_or_refused(data):
    with pytest.raises(Unreadable):
        read(data)


def test_no_part_of_a_flow_can_be_taken_away_without_a_word():
    """Each step of the demo taken out leaves something that is said, in reading it or in checking it."""
    whole = json.loads(DEMO.read_text())
    for code in whole["steps"]:
        less = copy.deepcopy(whole)
        del less["steps"][code]
        with pytest.raises(Unreadable):
            read(less)


def test_every_code_has_its_words_and_every_lookup_an_example():
    source = "".join(path.read_text() for path in (DEMO.parents[2] / "scenarios" / "rules" / "flows").glob("*.py"))
    used = set(re.findall(r'(?:code=|code = |wrong\(|_unknown\(|else )"(\w+)"', source))
    assert used == FINDINGS.keys()
    for known in LOOKUPS.values():
        assert known.example.keys() == known.gives.keys()
