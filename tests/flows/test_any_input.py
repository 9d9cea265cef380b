"""From wherever a flow stands any input leads to an answer, and nobody stays in it for ever."""

import json

from hypothesis import given as draws
from hypothesis import settings
from hypothesis import strategies as st

from fanal.scenarios.rules import flows
from fanal.scenarios.rules.flows import MOST_TURNS, Answered, Choice, Keyed, Keys, Nothing, Passed, Silence, position_of
from tests.flows.shapes import ask, bye, demo, flow, menu

LOOPING = flow(
    menu=menu(keys={"1": "order", "9": "menu"}, otherwise="menu"),
    order=ask(confirm="{{ order }}?", otherwise="menu", next="menu"),
    bye=bye(),
)
INPUTS = st.one_of(
    st.text("0123456789*#", max_size=20).map(lambda keys: Keyed(keys=keys)),
    st.text(max_size=5).map(lambda keys: Keyed(keys=keys)),
    st.just(Silence()),
    st.just(Passed()),
    st.sampled_from(["found", "not_found", "not_sure", "open", "closed", "not_yet", "", "x"]).map(
        lambda branch: Answered(branch=branch)
    ),
)


@settings(max_examples=300, deadline=None)
@draws(st.sampled_from([demo(), LOOPING]), st.lists(INPUTS, max_size=40))
def test_any_input_anywhere_is_answered(of, inputs):
    turn = flows.begin(of)
    for one in inputs:
        turn = flows.step(of, position_of(json.loads(json.dumps(turn.position.as_json()))), one)
        assert turn.over == (type(turn.outcome).__name__ in ("ToQueue", "Ended", "LeavesMessage", "WantsCallback"))
        asked = isinstance(turn.wants, Keys | Choice)
        assert not (asked and not turn.says), "nobody waits for keys without having been asked for them"
        assert asked or isinstance(turn.wants, Nothing)
        assert turn.position.turn <= MOST_TURNS + 1


@settings(max_examples=60, deadline=None)
@draws(st.sampled_from([demo(), LOOPING]), st.lists(INPUTS, min_size=1, max_size=4))
def test_whatever_is_repeated_for_ever_comes_to_an_end(of, inputs):
    turn = flows.begin(of)
    for _ in range(MOST_TURNS + 1):
        for one in inputs:
            turn = flows.step(of, turn.position, one)
    assert turn.over


@settings(max_examples=60, deadline=None)
@draws(st.lists(st.sampled_from("0123456789"), max_size=6))
def test_whoever_falls_silent_is_let_go_within_a_few_turns(keys):
    turn = flows.begin(demo())
    for key in keys:
        turn = flows.step(demo(), turn.position, Keyed(keys=key))
    for _ in range(20):
        turn = flows.step(demo(), turn.position, Answered(branch="closed") if turn.outcome else Silence())
    assert turn.over


def test_a_position_of_a_step_that_is_gone_ends_at_the_last_resort():
    gone = flows.begin(demo()).position.as_json() | {"step": "gone"}
    assert flows.step(demo(), position_of(gone), Keyed(keys="1")).over
    assert flows.again(demo(), position_of(gone)).over
