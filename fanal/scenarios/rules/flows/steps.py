"""What a guided flow is made of: steps of a few kinds, each with what it says and where it leads."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Prompt = Mapping[str, str]
"""Language to what is said in it."""

NO_PROMPT: Prompt = {}


class What(StrEnum):
    """What an `ask` step takes for an answer."""

    DIGITS = "digits"  # a code: read back digit by digit, zeros at the front count
    NUMBER = "number"  # an amount
    DATE = "date"  # day, month and year: 07031985
    CARD = "card"  # a payment card, which is always secret


class Check(StrEnum):
    """How a code proves that it was keyed in without a slip."""

    NONE = ""
    LUHN = "luhn"  # ISO/IEC 7812-1
    MOD97 = "mod97"  # ISO 7064: the whole number leaves 1 divided by 97


@dataclass(frozen=True, kw_only=True)
class Step:
    """`recorded`: what is heard in this step is kept as sound."""

    code: str
    prompt: Prompt = field(default_factory=dict)
    recorded: bool = False


@dataclass(frozen=True, kw_only=True)
class Say(Step):
    """`whole`: no key cuts it short, as for what the law wants said."""

    next: str
    whole: bool = False


@dataclass(frozen=True, kw_only=True)
class Asking(Step):
    """A step that waits for keys: so long for the first one, and so many tries before it goes on `otherwise`."""

    again: Prompt = field(default_factory=dict)
    seconds: float = 6
    tries: int = 3
    otherwise: str = ""


@dataclass(frozen=True, kw_only=True)
class Menu(Asking):
    """`keys`: what is pressed to the step it leads to."""

    keys: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Language(Asking):
    """`keys`: what is pressed to a language. The prompt is said in each of them, one after the other."""

    keys: Mapping[str, str]
    next: str


@dataclass(frozen=True, kw_only=True)
class Ask(Asking):
    """Something to key in, kept under the name `gives`; `before` is written in front of it, such as the A of A-1001.

    `secret`: what is keyed is never kept, only what the engine's caller makes of it. `confirm` reads it back, and
    waits for the key `right` or `wrong`. `between`: seconds from one key to the next.
    """

    gives: str
    what: What = What.DIGITS
    shortest: int = 1
    longest: int = 20
    ends_with: str = "#"
    between: float = 4
    before: str = ""
    check: Check = Check.NONE
    at_least: int | None = None
    at_most: int | None = None
    secret: bool = False
    confirm: Prompt = field(default_factory=dict)
    right: str = "1"
    wrong: str = "2"
    next: str


@dataclass(frozen=True, kw_only=True)
class Hours(Step):
    """`calendar`: whose opening hours; empty: those of the queue that the account names."""

    calendar: str
    open: str
    closed: str
    otherwise: str = ""


@dataclass(frozen=True, kw_only=True)
class Lookup(Step):
    """Something is looked up, and it goes on by what came of it; `tries` seconds may pass until it is known."""

    lookup: str
    branches: Mapping[str, str]
    tries: int = 4
    otherwise: str = ""


@dataclass(frozen=True, kw_only=True)
class Branch(Step):
    """It goes on by what is known already: the value of `by` to a step."""

    by: str
    cases: Mapping[str, str]
    otherwise: str = ""


@dataclass(frozen=True, kw_only=True)
class Final(Step):
    """The flow ends here."""


@dataclass(frozen=True, kw_only=True)
class Queue(Final):
    """To people. Without a `queue` the scenario chooses it, by what was gathered."""

    queue: str = ""
    priority: int | None = None
    skills: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class End(Final):
    """Without anybody. `settled`: what the caller wanted is done; else we had nothing for them."""

    settled: bool = True


@dataclass(frozen=True, kw_only=True)
class Voicemail(Final):
    """The caller leaves a message, which waits in this queue: so many seconds at most, ended by so much silence."""

    queue: str = ""
    longest: int = 180
    silence: int = 5


@dataclass(frozen=True, kw_only=True)
class Callback(Final):
    """The caller wants to be called back; `number` names what was gathered, empty: the number they call from."""

    queue: str = ""
    number: str = ""


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A guided flow as it was read: sound in itself, each step it names is there.

    `otherwise` is the last resort: a final step for whatever has no way of its own.
    """

    languages: tuple[str, ...]
    begins: str
    otherwise: str
    steps: Mapping[str, Step]

    @property
    def language(self) -> str:
        """The one for whoever has not chosen."""
        return self.languages[0]

    def asks(self) -> Iterator[Ask]:
        return (step for step in self.steps.values() if isinstance(step, Ask))


def ways(flow: Flow, step: Step) -> tuple[tuple[str, str], ...]:
    """Where a step leads: (why, code of the step), the last resort where it has no `otherwise` of its own."""
    match step:
        case Say():
            return (("next", step.next),)
        case Menu():
            return (*((key, to) for key, to in step.keys.items()), ("otherwise", _else(flow, step)))
        case Language():
            return ("next", step.next), ("otherwise", step.otherwise or step.next)
        case Ask():
            return ("next", step.next), ("otherwise", _else(flow, step))
        case Hours():
            return ("open", step.open), ("closed", step.closed), ("otherwise", _else(flow, step))
        case Lookup():
            return (*step.branches.items(), ("otherwise", _else(flow, step)))
        case Branch():
            return (*step.cases.items(), ("otherwise", _else(flow, step)))
        case _:
            return ()


def _else(flow: Flow, step: Menu | Ask | Hours | Lookup | Branch) -> str:
    return step.otherwise or flow.otherwise
