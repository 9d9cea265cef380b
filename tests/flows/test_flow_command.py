"""`fanal flow check` and `fanal flow play`: what a caller would hear, before anybody calls."""

import json

import pytest
from typer.testing import CliRunner

from fanal.cli.flow import app
from fanal.environment import environment
from tests.flows.shapes import DEMO, ask, bye, menu, written

CARD = "4111111111111111"


def run(*words: str, keyed: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words), input=keyed)
    return result.exit_code, result.output


def file(folder, data) -> str:
    path = folder / "flow.json"
    path.write_text(json.dumps(data))
    return str(path)


def test_the_demos_flow_is_checked_and_found_sound():
    assert run("check", str(DEMO)) == (0, "20 steps in en, fr, ar, ru: 0 findings.\n")


def test_what_is_wrong_is_said_and_ends_with_one(tmp_path):
    code, said = run("check", file(tmp_path, written(menu=menu(otherwise="menu"), bye=bye())))
    assert code == 1
    assert "Step “menu”: Whoever presses nothing goes round for ever: menu." in said


def test_what_cannot_be_read_is_said_without_a_traceback(tmp_path):
    code, said = run("check", file(tmp_path, written(menu=menu(keys={"1": "gone"}))))
    assert (code, "Step “menu”: “1” leads to “gone”, which is no step." in said) == (1, True)
    code, said = run("play", str(tmp_path / "none.json"))
    assert (code, "cannot be read" in said) == (1, True)
    (tmp_path / "odd.json").write_text("{")
    assert run("check", str(tmp_path / "odd.json"))[0] == 1


def test_a_flow_is_played_with_the_keys_given():
    code, said = run("play", str(DEMO), "--keys", "2,1,700110,1,")
    assert code == 0
    assert "> (silence)\n  fr: Merci de votre appel. Au revoir.\nEnded without anybody: the caller was served." in said
    assert said.endswith("order = HL-700110\n")


def test_lookups_find_what_they_are_told_to():
    _code, said = run("play", str(DEMO), "--keys", "1,1,700110,1,1", "--finds", "order_state=not_found,hours=closed")
    assert "We know of no order with this number." in said
    assert said.rstrip().endswith("order = HL-700110")
    assert "The caller wants to be called back." in said


def test_keys_are_asked_for_where_none_are_given_and_a_caller_may_stop():
    code, said = run("play", str(DEMO), keyed="1\n0\n")
    assert (code, "To people, in the queue that the scenario chooses." in said) == (0, True)
    code, said = run("play", str(DEMO), "--keys", "1")
    assert (code, "… the caller is still there." in said) == (0, True)


@pytest.mark.parametrize("how", ["keys", "asked"])
def test_a_secret_is_not_shown_when_it_is_played(tmp_path, how):
    path = file(tmp_path, written(card=ask(gives="card", what="card"), bye=bye()))
    _code, said = run("play", path, "--keys", CARD) if how == "keys" else run("play", path, keyed="")
    assert CARD not in said
    assert ("card_last_four = 1111" in said) == (how == "keys")


def test_the_sounds_of_a_flow_are_made_beforehand(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "home", tmp_path)
    path = file(tmp_path, written(order=ask(again="Again?", confirm="{{ order }}?"), bye=bye()))
    code, said = run("speak", path)
    assert code == 0
    assert [line.split(":")[0] for line in said.splitlines()] == [
        *("flow/order.en", "flow/order.again.en", "flow/bye.en", "flow/people.en")
    ]
    own = tmp_path / "prompts" / "flow" / "bye.en.wav"
    own.parent.mkdir(parents=True)
    own.write_bytes((tmp_path / "speech" / "kept").glob("*.wav").__next__().read_bytes() + b"\0\0")
    assert run("speak", path)[1] != said


def test_without_a_voice_it_is_said_what_is_silent(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "home", tmp_path)
    monkeypatch.setattr(environment, "speech", "no-such-program-here")
    code, said = run("speak", file(tmp_path, written(bye=bye())))
    assert (code, "flow/bye.en: silence" in said) == (1, True)
