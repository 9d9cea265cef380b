"""Hostile and broken mail: each ends in time, is parsed or parked with a reason, and the next one is not held up."""

import os
import random
import signal
import subprocess
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from fanal.channels.email.parsing.bounded import Parser
from fanal.channels.email.parsing.charsets import decode
from fanal.intake.faults import NOT_ITS_FAULT

DEEP = b"From: a@b.example\nSubject: deep\nMIME-Version: 1.0\nContent-Type: message/rfc822\n\n"
HTML = b"From: a@b.example\nContent-Type: text/html\n\n"


def multiparts(number: int) -> bytes:
    heads = (b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (one, one) for one in range(number))
    return b"From: a@b.example\nMIME-Version: 1.0\n" + b"".join(heads) + b"\nhello"


PARSED = {
    "a newline in From": b"From: =?utf-8?q?a=0Ab?= <x@y.example>\nSubject: s\n\nhi",
    "Microsoft's message id": b"From: a@b.example\nMessage-ID: <[abc@def]>\nSubject: s\n\nhi",
    "a parameter without a value": b"From: a@b.example\nContent-Type: text/plain; name*\n\nhi",
    "an address that is a comment": b"From: a@b.example\nTo: (c):\n\nhi",
    "a charset that nobody knows": b"From: a@b.example\nContent-Type: text/plain; charset=x-nope\n\nhi",
    "charsets that take nothing broken": b"From: a@b.example\nSubject: =?undefined?q?x?= =?idna?q?=FF?=\n"
    b"Content-Type: text/plain; charset=idna\n\nhi\xff",
    "HTML that says its charset as XML": HTML + b'<?xml version="1.0" encoding="utf-8"?>\n<html><p>hi</p></html>',
    "a sender's line without end": b"From: a@b.example\n\nhi\nFrom: " + b"a" * 200_000 + b"\nSent: 1\nTo: c",
    "a signature without end": b"From: a@b.example\n\nhi\nregards\n" + b"a" * 200_000,
    "blanks without end": b"From: a@b.example\n\nhi\nab" + b" " * 200_000 + b"c",
    "a subject of a megabyte": b"From: a@b.example\nSubject: " + b"a" * 2**20 + b"\n\nhi",
    "ten thousand references": b"From: a@b.example\nReferences: "
    + b" ".join(b"<%d@x>" % n for n in range(10000))
    + b"\n\nhi",
    "NUL": b"From: a@b.example\nSubject: a\0b\n\nh\0i",
    "a date out of the calendar": b"From: a@b.example\nDate: 99 Foo 99999999999999999\n\nhi",
    "broken base64": b"From: a@b.example\nContent-Transfer-Encoding: base64\n\naGkhISE=!!x",
    "no From": b"Subject: x\n\nhi",
    "nine hundred recipients": b"From: a@b.example\nTo: "
    + b", ".join(b"u%d@x.example" % n for n in range(900))
    + b"\n\nhi",
    "opening brackets": b"From: " + b"(" * 60000 + b"\n\nhi",
    "a file with a path": b'From: a@b.example\nContent-Disposition: attachment; filename="..\\\\..\\\\evil.exe"\n\nhi',
}
PARKED = {
    "nothing": (b"", "empty"),
    "no message at all": (bytes(random.Random(1).randbytes(5000)), "no_headers"),
    "400 multiparts in each other": (multiparts(400), "too_deep"),
    "1,000 messages in each other": (DEEP * 1000 + b"\nhi", "too_deep"),
    "10,000 recipients": (b"From: a@b.example\nTo: " + b", ".join(b"u%d@x.example" % n for n in range(10000)) + b"\n\nhi", "too_many_addresses"),
    "200 parts": (b'From: a@b.example\nContent-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\nhi\n" * 200, "too_many_parts"),
    "26 MB": (b"From: a@b.example\n\n" + b"a" * 26 * 2**20, "too_large"),
    "100,000 elements in each other": (HTML + b"<div>" * 100_000, "html_too_deep"),
}  # fmt: skip


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    with Parser() as one:
        yield one


@pytest.mark.parametrize("content", PARSED.values(), ids=PARSED.keys())
def test_what_can_be_parsed_is_parsed(parser: Parser, content: bytes) -> None:
    letter = parser.parse(content)
    assert (letter.status, letter.reason) == ("parsed", "")
    assert letter.text.startswith("hi") or [one.name for one in letter.attachments] == ["evil.exe"]
    assert "\0" not in letter.subject + letter.text
    assert "\n" not in str(letter.sender)


@pytest.mark.parametrize(("content", "reason"), PARKED.values(), ids=PARKED.keys())
def test_what_cannot_is_parked_with_its_reason_and_the_next_is_not_held_up(
    parser: Parser, content: bytes, reason: str
) -> None:
    letter = parser.parse(content)
    assert (letter.status, letter.reason) == ("parked", reason)
    assert letter.sender is None or letter.sender.address == "a@b.example"
    assert parser.parse(b"From: a@b.example\nSubject: next\n\nhi").subject == "next"


def test_what_costs_too_much_time_is_ended_and_shown_as_far_as_can_be(
    parser: Parser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fanal.channels.email.parsing.bounded.PATIENCE", 0.3)
    assert parser._child
    os.kill(parser._child.pid, signal.SIGSTOP)  # as slow as can be
    letter = parser.parse(b"From: a@b.example\nSubject: slow\n\nhi")
    assert (letter.reason, letter.subject, letter.text) == ("took_too_long", "slow", "hi")
    monkeypatch.undo()
    assert parser.parse(b"From: a@b.example\nSubject: next\n\nhi").status == "parsed"


def test_a_parser_that_is_killed_over_a_mail_says_nothing_of_the_mail(parser: Parser) -> None:
    parser.parse(b"From: a@b.example\n\nhi")
    assert parser._child
    child = parser._child.pid
    os.kill(child, signal.SIGSTOP)
    killer = threading.Timer(0.3, os.kill, (child, signal.SIGKILL))
    killer.start()
    letter = parser.parse(b"From: a@b.example\nSubject: meanwhile\n\nhi")
    killer.join()
    assert (letter.status, letter.subject) == ("parsed", "meanwhile")


def test_nor_does_one_that_is_killed_while_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    real, killed = subprocess.Popen, list[int]()

    def killed_at_first(*given: Any, **more: Any) -> Any:
        child = real(*given, **more)
        if not killed:
            killed.append(child.pid)
            child.kill()
        return child

    monkeypatch.setattr("fanal.channels.email.parsing.bounded.subprocess.Popen", killed_at_first)
    with Parser() as one:
        assert one.parse(b"From: a@b.example\nSubject: early\n\nhi").status == "parsed"
    assert killed


def test_without_a_parser_a_mail_waits_instead_of_being_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fanal.channels.email.parsing.bounded.START", 0.0)
    with pytest.raises(NOT_ITS_FAULT):
        Parser().parse(b"From: a@b.example\n\nhi")


def test_any_bytes_come_to_an_end(parser: Parser) -> None:
    chance = random.Random(10)
    for content in (*PARSED.values(), DEEP * 3 + b"\nhi", HTML + b"<p>hi</p>"):
        for _ in range(15):
            broken = bytearray(content[:20_000])
            for _ in range(chance.randint(1, 30)):
                broken[chance.randrange(len(broken))] = chance.randrange(256)
            letter = parser.parse(bytes(broken))
            assert letter.status == "parsed" or letter.reason


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("Привет, не работает роутер", "koi8-r"),
        ("Привет", "cp1251"),
        ("مرحبا لا يعمل", "cp1256"),
        ("Où est ma commande ? Ça ne va pas", "cp1252"),
        ("Müller Größe", "cp1252"),
        ("Καλημέρα σας", "cp1253"),
        ("ルーターが起動しません。助けてください", "shift_jis"),
    ],
)
def test_undeclared_charsets_are_read_by_eye(text: str, charset: str) -> None:
    assert decode(text.encode(charset)) == text
