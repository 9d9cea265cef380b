"""What every channel of the registry keeps to, whichever it is."""

import inspect
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as draws

import fanal.channels
from fanal.channels import models, registry
from fanal.channels.models import ChannelKind
from fanal.channels.port import (
    Arrival,
    Outbound,
    OutcomeUnknown,
    Refused,
    Signal,
    Unavailable,
    Unprocessable,
)
from fanal.interactions import audience
from fanal.interactions.models import Interaction

HASH = "0" * 64


def speaks(kind: str) -> bool:
    try:
        registry.channel(kind)
    except KeyError:
        return False
    return True


SPOKEN = [kind.value for kind in ChannelKind if speaks(kind)]
KINDS = draws.sampled_from(["contact", "message", "marks", "answer_to", "leave", "mail", "", "unheard of"])
VALUES = draws.recursive(
    draws.none() | draws.booleans() | draws.integers() | draws.text(max_size=30),
    lambda inner: draws.lists(inner, max_size=3) | draws.dictionaries(draws.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = ("text", "given", "attachments", "email", "page", "language", "signed_id", "read_up_to", "sha256", "odd")
BODIES = draws.dictionaries(draws.sampled_from(NAMES), VALUES | draws.just(HASH), max_size=5)


def made_of(kind: str, arrival: Arrival) -> tuple[Signal, ...] | str:
    """Its signals, or the reason why it has none; anything else that is raised is a fault of the channel."""
    try:
        return registry.channel(kind).translate(arrival)
    except Unprocessable as problem:
        return problem.reason


def test_more_than_one_channel_is_spoken() -> None:
    """Otherwise the tests below would prove nothing."""
    assert {"webchat", "email"} <= set(SPOKEN)


@pytest.mark.parametrize("kind", SPOKEN)
def test_a_channel_is_a_folder_with_its_wire_its_adapter_and_its_page(kind: str) -> None:
    folder = Path(inspect.getfile(type(registry.channel(kind)))).parent
    assert folder.parent == Path(fanal.channels.__file__).parent
    assert {"wire.py", "adapter.py", "README.md"} <= {file.name for file in folder.iterdir()}


@pytest.mark.parametrize("kind", SPOKEN)
@settings(max_examples=60, deadline=None)
@given(of=KINDS, source=draws.text(max_size=20), body=BODIES, content=draws.binary(max_size=200))
def test_whatever_comes_is_signals_or_has_a_reason_and_the_same_the_second_time(
    kind: str, of: str, source: str, body: dict[str, Any], content: bytes
) -> None:
    arrival = Arrival(kind=of, source=source, external_id="1", body=body, key=b"key", kept=lambda _: content)
    made = made_of(kind, arrival)
    if isinstance(made, str):
        assert made
    else:
        assert made
        assert all(isinstance(one, Signal) for one in made)
    assert made_of(kind, arrival) == made


@pytest.mark.parametrize("kind", SPOKEN)
def test_what_cannot_be_handed_over_fails_in_one_of_three_ways(kind: str) -> None:
    """Nobody to write to, and nothing set: only a channel whose other side fetches what we say has no need of more."""
    channel, outbound = registry.channel(kind), Outbound(message_id=7, source="", text="Hello")
    if channel.capabilities.pulls:
        assert channel.send(outbound, {}) == "7"
        return
    with pytest.raises((Refused, Unavailable, OutcomeUnknown), match=r"."):
        channel.send(outbound, {})


@pytest.mark.parametrize("kind", SPOKEN)
def test_nothing_that_nobody_carries_out_counts_as_sent(kind: str) -> None:
    """What is no letter is stored as sent: true only where the other side fetches it; in a call nothing is written."""
    can = registry.channel(kind).capabilities
    assert can.pulls or can.letters or can.spoken


def test_no_address_and_no_number_becomes_a_key_of_an_event() -> None:
    """Only in a window of ours is the other side's handle one that says nothing of them."""
    contacts = [Interaction(channel=kind, source="+33612345678") for kind in ChannelKind]
    assert {one.channel for one in contacts if audience.customers(one)} == {"webchat", "simulated"}


def test_accounts_are_made_of_the_kinds_that_are_spoken_and_of_no_other() -> None:
    messages = ChannelKind.VOICEMAIL  # left at the number of an account for calls
    assert [kind.value for kind in models.SPOKEN] == [kind for kind in SPOKEN if kind != messages]
