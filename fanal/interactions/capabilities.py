"""What a contact's channel can do: asked instead of which channel it is."""

from fanal.channels import registry
from fanal.channels.port import Capabilities

NOTHING = Capabilities()


def can(kind: str) -> Capabilities:
    """A channel that this installation does not speak, such as of contacts that were brought along, can do nothing."""
    try:
        return registry.channel(kind).capabilities
    except (KeyError, ValueError):
        return NOTHING
