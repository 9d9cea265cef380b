"""What rings at an agent, and what an offer says in short: about what, from which number, since when they wait."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.channels.models import ChannelKind
from fanal.desk.calling import number
from fanal.identity.masking import DOTS, shown
from fanal.interactions.models import Interaction
from fanal.routing.models import Offer, OfferState

SPOKEN = (ChannelKind.VOICE, ChannelKind.VOICEMAIL)


@dataclass(frozen=True, kw_only=True)
class Ring:
    """One open offer; `about` and `number` are empty where nothing is known of them, or nothing is to be seen."""

    offer: Offer
    about: str = ""
    number: str = ""

    @property
    def contact(self) -> int | None:
        """The contact that it is about; a case that is offered has none."""
        asked = self.offer.entry.participation
        return asked.interaction_id if asked else self.offer.entry.interaction_id

    @property
    def waits_since(self) -> datetime | None:
        return self.offer.entry.entered_at if self.offer.entry.interaction_id else None


def rings_of(agent: Agent) -> list[Ring]:
    """One query."""
    return [_ring(offer, agent) for offer in _open_offers(agent=agent)]


def _ring(offer: Offer, agent: Agent) -> Ring:
    if (interaction := offer.entry.interaction) is None:
        return Ring(offer=offer)
    return Ring(offer=offer, about=_about(interaction), number=_number(interaction, agent))


def _about(interaction: Interaction) -> str:
    """What was said or keyed in before: the thing that it names, else the topic."""
    given = interaction.given
    if order := given.get("order"):
        return _("Order %(number)s") % {"number": order}
    if card := given.get("card_last_four"):
        return _("Card %(number)s") % {"number": f"{DOTS} {card}"}
    if account := given.get("account"):
        return _("Account %(number)s") % {"number": account}
    return str(given.get("topic") or "")


def _number(interaction: Interaction, agent: Agent) -> str:
    """From which number somebody calls whom we know; whom we do not know is called by it already."""
    if interaction.channel not in SPOKEN or not interaction.customer_id:
        return ""
    said = number(interaction.source)
    classes = agent.role.field_classes
    return str(shown(said, what="contact", role_field_classes=classes, assurance=interaction.assurance, hint=True))


@kept
def _open_offers(agent: Agent) -> QuerySet[Offer]:
    rows = Offer.objects.filter(agent=agent, state=OfferState.OPEN).order_by("offered_at")
    rows = rows.select_related("entry__queue", "entry__interaction__customer", "entry__case")
    rows = rows.select_related("entry__participation__interaction__customer", "entry__participation__by")
    rows = rows.select_related("entry__hand_over__from_tier", "entry__consultation__by")
    return rows.only(
        *(f"entry__hand_over__{name}" for name in ("summary", "tried", "expected", "back_of", "from_tier__name")),
        *("entry__consultation__question", "entry__consultation__by__name"),
        *("expires_at", "entry__entered_at", "entry__queue__name", "entry__queue__ring_seconds", "entry__case__number"),
        *(
            "entry__case__subject",
            "entry__interaction__channel",
            "entry__interaction__recognition",
            "entry__interaction__assurance",
            "entry__interaction__direction",
        ),
        *("entry__interaction__given", "entry__interaction__source"),
        "entry__interaction__customer__name",
        *(f"entry__participation__interaction__{name}" for name in ("given", "source", "channel", "customer__name")),
        *("entry__participation__why", "entry__participation__by__name"),
    )
