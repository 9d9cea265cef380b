"""What has to be asked of the exchange so that a call is there as it should be."""

from fanal.channels.asterisk.rules.steering import (
    MUSIC,
    PAUSED,
    RUNS,
    WRITTEN,
    Line,
    Order,
    Party,
    Seen,
    Side,
    Sound,
    Wanted,
    hang_up,
    sides_heard,
    steer,
)

__all__ = [
    "MUSIC",
    "PAUSED",
    "RUNS",
    "WRITTEN",
    "Line",
    "Order",
    "Party",
    "Seen",
    "Side",
    "Sound",
    "Wanted",
    "hang_up",
    "sides_heard",
    "steer",
]
