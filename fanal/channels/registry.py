"""Which adapter speaks for which kind of channel."""

from functools import cache

from fanal.channels.models import ChannelKind
from fanal.channels.port import Channel
from fanal.channels.webchat.adapter import WebChat


@cache
def channel(kind: str) -> Channel:
    """The adapter for a kind; raises KeyError for a kind that this installation cannot speak."""
    return {ChannelKind.WEBCHAT: WebChat()}[ChannelKind(kind)]
