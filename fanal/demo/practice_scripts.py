"""The roles of simulated customers: what each wants, and how they take what the agent says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Script:
    """One role. `goal` is the customer action that settles it; `lines` are said one after the other."""

    title: str
    name: str
    page: str
    opening: str
    goal: str
    lines: tuple[str, ...]
    thanks: str


@dataclass(frozen=True, kw_only=True)
class Reaction:
    text: str
    leaves: bool = False


SCRIPTS: dict[str, Script] = {
    "order": Script(
        title="Where is my order? (easy)",
        name="Percy Practice",
        page="/orders",
        opening="Hello, my washing machine should have come two days ago. Where is it?",
        goal="look_up_order",
        lines=("Can you see it in your system?", "I took a day off for it, you know.", "So when does it come?"),
        thanks="Good to know. Thank you for looking.",
    ),
    "card": Script(
        title="A lost card (check who it is first)",
        name="Paula Practice",
        page="/account/cards",
        opening="My bag is gone! Somebody could be using my card right now!",
        goal="block_card",
        lines=("Please hurry!", "Do you need anything from me?", "Is it blocked now?"),
        thanks="Phew. Thank you so much.",
    ),
    "fault": Script(
        title="The same fault again (an angry customer)",
        name="Prudence Practice",
        page="/support",
        opening="Your machine shows E18 AGAIN. I have had enough of this.",
        goal="report_device_fault",
        lines=(
            "I have cleaned that filter three times!",
            "And what are you going to do now?",
            "When does somebody come?",
        ),
        thanks="All right. But this is the last time.",
    ),
}
ASKED_FOR: Mapping[str, tuple[str, ...]] = {
    "birth": ("birth", "born"),
    "postcode": ("postcode", "post code", "postal code", "zip"),
    "name": ("your name", "full name"),
}
MOST_LINES = 12


def reaction(script: Script, *, heard: str, said: Sequence[str], facts: Mapping[str, str], done: bool) -> Reaction:
    """What the customer says to what was heard: an answer, the next line, thanks, or that it is enough."""
    asked = [fact for fact, words in ASKED_FOR.items() if any(word in heard.casefold() for word in words)]
    if answers := [facts[fact] for fact in asked if facts.get(fact)]:
        return Reaction(text=", ".join(answers))
    if done:
        return Reaction(text=script.thanks, leaves=True)
    if len(said) > MOST_LINES:
        return Reaction(text="This leads nowhere. Goodbye.", leaves=True)
    left = [line for line in script.lines if line not in said]
    return Reaction(text=left[0] if left else "And now?")
