"""What has to be asked of the exchange so that a call is there as it should be."""

from fanal.channels.asterisk.rules.steering import (
    MUSIC,
    PAUSED,
    RUNS,
    Line,
    Order,
    Party,
    Seen,
    Sound,
    Wanted,
    hang_up,
    let_ring,
    steer,
)

__all__ = [
    "MUSIC",
    "PAUSED",
    "RUNS",
    "Line",
    "Order",
    "Party",
    "Seen",
    "Sound",
    "Wanted",
    "hang_up",
    "let_ring",
    "steer",
]
