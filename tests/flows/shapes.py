"""Small flows for the tests, as somebody would write them."""

import json
from typing import Any

from fanal.scenarios.rules.flows import Flow, read
from tests.architecture.source import ROOT

DEMO = ROOT / "fanal" / "demo" / "company" / "phone.json"


def demo() -> Flow:
    return read(json.loads(DEMO.read_text()))


def written(**steps: Any) -> dict[str, Any]:
    """A flow in English whose last resort is the queue `people`; the first step given begins it."""
    people = {"kind": "queue", "queue": "general", "prompt": "I connect you."}
    return {
        "languages": ["en"],
        "begins": next(iter(steps)),
        "otherwise": "people",
        "steps": {**steps, "people": people},
    }


def flow(**steps: Any) -> Flow:
    return read(written(**steps))


def menu(**more: Any) -> dict[str, Any]:
    return {"kind": "menu", "prompt": "Orders, press 1. People, press 2.", "keys": {"1": "bye", "2": "people"}, **more}


def bye(**more: Any) -> dict[str, Any]:
    return {"kind": "end", "prompt": "Goodbye.", **more}


def ask(**more: Any) -> dict[str, Any]:
    return {"kind": "ask", "gives": "order", "prompt": "Your order number?", "next": "bye", **more}
