"""How good a line sounds, from what its phone measured: the E-model of ITU-T G.107, with its default values in short.

R = 93.2 − Id − Ie,eff. Id of a delay d (ms) is 0.024 d, and 0.11 (d − 177.3) more above 177.3 ms (Cole and Rosenbluth,
*Voice over IP performance monitoring*, 2001). Ie,eff = Ie + (95 − Ie) · Ppl ÷ (Ppl + Bpl) where Ppl per cent of the
packets are lost at random; G.711 with concealment has Ie 0 and Bpl 25.1 (G.113, appendix I).
MOS = 1 + 0.035 R + 7·10⁻⁶ R (R − 60)(100 − R) (G.107, annex B).

The phone shows the same while a call runs (`assets/phone/quality.ts`); a test compares the two.
"""

from dataclasses import dataclass
from typing import Literal

BEST = 93.2
CONCEALED = 25.1
PACKET = 0.02  # seconds of sound in one packet
LONGEST = 60.0  # seconds: beyond it no delay can be told from another
MOST_AT_ONCE = 60.0
GOOD, POOR = 4.0, 3.6
"""Below the second many are dissatisfied, above the first nearly nobody: R of 70 and 80 in G.107, annex B."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One stretch of a call. `loss` is a share, times are in seconds; raises ValueError for what cannot be."""

    seconds: float
    loss: float
    jitter: float
    round_trip: float

    def __post_init__(self) -> None:
        possible = (
            0 < self.seconds <= MOST_AT_ONCE
            and 0 <= self.loss <= 1
            and 0 <= self.jitter <= LONGEST
            and 0 <= self.round_trip <= LONGEST
        )
        if not possible:
            raise ValueError("No phone can have measured this.")


def mos(measured: Measured) -> float:
    """The mean opinion score, 1 (bad) to 4.41 (as good as a telephone is)."""
    delay = 1000 * (measured.round_trip / 2 + 2 * measured.jitter + PACKET)
    impaired = 0.024 * delay + 0.11 * max(0.0, delay - 177.3)
    lost = 100 * measured.loss
    r = min(100.0, max(0.0, BEST - impaired - 95 * lost / (lost + CONCEALED)))
    return max(1.0, 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r))


def is_poor(score: float) -> bool:
    """Whoever hears it has to ask again now and then."""
    return judged(score) == "poor"


def judged(score: float) -> Literal["good", "fair", "poor"]:
    return "good" if score >= GOOD else "fair" if score >= POOR else "poor"
