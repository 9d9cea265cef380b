"""What somebody in a contact is called, and which picture stands for the way they came."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from fanal.channels.models import ChannelKind
from fanal.channels.port import visitor_of
from fanal.customers.models import ContactPoint, ContactPointKind
from fanal.interactions.models import Interaction
from fanal.norms import phones

PICTURES = {ChannelKind.EMAIL: "mail", ChannelKind.VOICE: "phone", ChannelKind.VOICEMAIL: "voicemail"}


class Caller(NamedTuple):
    """`claimed`: it is what they say of themselves, and nobody whom we know."""

    name: str
    claimed: bool = False

    def __str__(self) -> str:
        return self.name


def caller(*, customer: str | None, channel: str, given: Mapping[str, Any] | None, source: str) -> Caller:
    """The customer's name; else what they call themselves, by mail at least their address; else that nobody knows."""
    if customer:
        return Caller(customer)
    said, shown = given or {}, SHOWN.get(channel, _nothing)(source)
    claims = (" ".join(str(one or "").split()) for one in (said.get("name"), said.get("email"), shown))
    if claim := next(filter(None, claims), ""):
        return Caller(claim, claimed=True)
    if visitor_of(source):
        return Caller(str(_("Unknown visitor")))
    return Caller(str(UNKNOWN.get(channel, _("Unknown visitor"))))


def number(source: str) -> str:
    """A phone number as people write it; what is none as it was shown."""
    if visitor_of(source):
        return ""
    read = phones.normalise(source, None) if source else None
    return read.shown if read else source


def reached_at(point: ContactPoint) -> str:
    """A number as people write it, anything else as it was given."""
    return number(point.value) if point.kind == ContactPointKind.PHONE else point.given or point.value


def _nothing(_source: str) -> str:
    return ""


SHOWN: Mapping[str, Callable[[str], str]] = {
    ChannelKind.EMAIL: str,
    ChannelKind.VOICE: number,
    ChannelKind.VOICEMAIL: number,
}
UNKNOWN: Mapping[str, Any] = {
    ChannelKind.EMAIL: _("Unknown sender"),
    ChannelKind.VOICE: _("Number withheld"),
    ChannelKind.VOICEMAIL: _("Number withheld"),
}


def caller_of(interaction: Interaction) -> Caller:
    return caller(
        customer=interaction.customer.name if interaction.customer else None,
        channel=interaction.channel,
        given=interaction.given,
        source=interaction.source,
    )


def picture(channel: str) -> str:
    """The icon of a channel."""
    return PICTURES.get(ChannelKind(channel), "chat") if channel in ChannelKind.values else "chat"
