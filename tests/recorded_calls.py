"""Calls as a real Asterisk told them, their lines and bridges named as below, so that they can be played."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "channels" / "asterisk" / "recorded"
CALLER, AGENT, TALK, MUSIC = "CALLER", "AGENT", "TALK", "MUSIC"

OF_THE_MACHINE = ("asterisk_id",)

Event = dict[str, Any]


def of(name: str) -> list[Event]:
    events: list[Event] = json.loads((FOLDER / f"{name}.json").read_text())
    return events


def written(told: Sequence[Event], *, names: Mapping[str, str]) -> str:
    """What was told of these lines and bridges; of anything else nothing is kept."""
    kept = [
        {name: said for name, said in event.items() if name not in OF_THE_MACHINE}
        for event in told
        if subject(event) in names
    ]
    text = json.dumps(kept, indent=1, sort_keys=True)
    for real, placeholder in names.items():
        text = text.replace(json.dumps(real), json.dumps(placeholder))
    return text + "\n"


def subject(event: Event) -> str:
    """The line that it is about, or the bridge."""
    return str((event.get("channel") or event.get("bridge") or {}).get("id", ""))


def line_of(event: Event) -> str:
    return str((event.get("channel") or {}).get("id", ""))


def bridge_of(event: Event) -> str:
    return str((event.get("bridge") or {}).get("id", ""))


def shape(events: Sequence[Event]) -> dict[str, list[tuple[str, ...]]]:
    """What was told of each, in its order; what happens to two of them at once comes in any order."""
    told: dict[str, list[tuple[str, ...]]] = {}
    for event in events:
        state = str(event["channel"]["state"]) if event["type"] == "ChannelStateChange" else ""
        told.setdefault(subject(event), []).append((event["type"], bridge_of(event), state))
    return told
