"""A flow played in text, with nobody on the line: keys are typed, and lookups find what they are told to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from fanal.norms import cards
from fanal.scenarios.rules.flows.lookups import LOOKUPS, OPENING
from fanal.scenarios.rules.flows.playing import begin, step
from fanal.scenarios.rules.flows.steps import Flow
from fanal.scenarios.rules.flows.turns import (
    HOURS,
    Answered,
    Input,
    Keyed,
    LookUp,
    Nothing,
    Passed,
    Position,
    Silence,
    Turn,
)

CALLER = {"caller": "+33123456789", "called": "+33198765432"}


@dataclass(frozen=True, kw_only=True)
class Trial:
    """`finds`: lookup to the branch that comes of it (`hours` to `open` or `closed`); else its first, by example."""

    flow: Flow
    finds: Mapping[str, str] = field(default_factory=dict)

    def begin(self, *, language: str = "") -> Turn:
        return self._on(begin(self.flow, language=language, values=CALLER))

    def step(self, turn: Turn, typed: str) -> Turn:
        """The next turn that wants something, or the last; nothing typed is silence."""
        return self.go_on(turn.position, Keyed(keys=typed.strip()) if typed.strip() else Silence())

    def go_on(self, position: Position, given: Input) -> Turn:
        return self._on(step(self.flow, position, given, seal=seal))

    def _on(self, turn: Turn) -> Turn:
        """Through all that nobody has to key anything in for; what was said on the way is heard."""
        says = turn.says
        while not turn.over and isinstance(turn.wants, Nothing):
            given = self._found(turn.outcome) if isinstance(turn.outcome, LookUp) else Passed()
            turn = step(self.flow, turn.position, given, seal=seal)
            says += turn.says
        return replace(turn, says=says)

    def _found(self, asked: LookUp) -> Answered:
        known = OPENING if asked.lookup == HOURS else LOOKUPS.get(asked.lookup)
        if known is None:
            return Answered(branch="")
        branch = self.finds.get(asked.lookup, known.branches[0])
        tells = branch in ("found", "closed")
        return Answered(branch=branch, values=known.example if tells else {})


def seal(name: str, keyed: str) -> Mapping[str, str]:
    """What a trial keeps of a secret: of a card its last four, of anything else that it was given."""
    return {"card_hash": "•", "card_last_four": keyed[-4:]} if cards.is_card(keyed) else {f"{name}_hash": "•"}
