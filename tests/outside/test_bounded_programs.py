"""Another program is run for one thing: bounded in time and size, with nothing of ours but what it is given."""

import sys
import time

import pytest

from fanal.outside import programs


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_program_gets_what_it_is_given_and_its_answer_comes_back() -> None:
    echo = python("import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())")
    assert programs.run(["cat"], given=b"x" * 300_000, within=20) == b"x" * 300_000
    assert programs.run(echo, within=20) == b""


def test_one_that_is_not_there_is_said_so() -> None:
    with pytest.raises(programs.NotThere):
        programs.run(["no-such-program-here"], within=1)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["sleep", "60"], "slow"),
        (["sh", "-c", "exec >&-; sleep 60"], "slow"),
        (["sh", "-c", "exit 3"], "ended"),
        (["sh", "-c", "yes"], "too_large"),
    ],
)
def test_whatever_it_does_it_ends_in_time(command: list[str], code: str) -> None:
    began = time.monotonic()
    with pytest.raises(programs.Failed) as why:
        programs.run(command, within=1, largest=100_000)
    assert why.value.code == code
    assert time.monotonic() - began < 20


def test_one_that_does_not_listen_is_no_trouble() -> None:
    assert programs.run(["sh", "-c", "exec <&-; echo yes"], given=b"x" * 1_000_000, within=20) == b"yes\n"


def test_no_secret_of_ours_is_in_its_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANAL_SECRET", "hush")
    assert b"hush" not in programs.run(["env"], within=20)
