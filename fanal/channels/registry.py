"""Which adapter speaks for which kind of channel."""

from collections.abc import Callable
from functools import cache

from fanal.channels.asterisk.adapter import Calls, Messages
from fanal.channels.email.adapter import Email
from fanal.channels.models import ChannelKind
from fanal.channels.port import Channel
from fanal.channels.webchat.adapter import WebChat

_ADAPTERS: dict[str, Callable[[], Channel]] = {
    ChannelKind.WEBCHAT: WebChat,
    ChannelKind.EMAIL: Email,
    ChannelKind.VOICE: Calls,
    ChannelKind.VOICEMAIL: Messages,
}


@cache
def channel(kind: str) -> Channel:
    """The adapter for a kind; raises KeyError for a kind that this installation cannot speak."""
    return _ADAPTERS[ChannelKind(kind)]()
