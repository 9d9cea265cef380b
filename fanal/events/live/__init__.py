"""The only door from events to browsers: one tailer per process reads what was committed and fans it out in memory."""

from fanal.events.live.address import is_our_page, stream_url
from fanal.events.live.cursor import BadCursor, Cursor, now_at
from fanal.events.live.hub import CutOff, ForeignCursor, Hub, Listener, Occurrence, TooFarBack

__all__ = [
    "BadCursor",
    "Cursor",
    "CutOff",
    "ForeignCursor",
    "Hub",
    "Listener",
    "Occurrence",
    "TooFarBack",
    "is_our_page",
    "now_at",
    "stream_url",
]
