"""What a contact is about, shown while it still rings: to whom it is offered, and only for as long as it is."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.http import Http404
from django.utils import timezone

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.desk.workplace.about import About, about_of
from fanal.desk.workplace.ringing import Ring
from fanal.events.actions import publish
from fanal.events.models import Event
from fanal.interactions.models import Interaction
from fanal.routing.models import Offer, OfferState


def pop_of(rings: Sequence[Ring], *, agent: Agent) -> About | None:
    """The pop of the contact that rings first; None where none does."""
    offer = next((ring.offer.pk for ring in rings if ring.contact), 0)
    return _pop(offer, agent=agent, now=timezone.now()) if offer else None


def pop(offer: int, *, agent: Agent) -> About:
    """The pop of one offer that rings at this agent; 404 for any other."""
    found = _pop(offer, agent=agent, now=timezone.now())
    if found is None:
        raise Http404
    return found


def _pop(offer: int, *, agent: Agent, now: datetime) -> About | None:
    interaction = _offered.first(agent=agent, offer=offer)
    if interaction is None:
        return None
    _put_on_record(interaction, offer=offer, agent=agent, now=now)
    return about_of(interaction, agent=agent, offer=offer)


def _put_on_record(interaction: Interaction, *, offer: int, agent: Agent, now: datetime) -> None:
    """Who saw a customer without having talked to them is on record, as when their page is opened; once an offer."""
    if interaction.customer_id is None or _recorded(interaction=interaction.pk, agent=agent.pk, offer=offer):
        return
    about = {"customer": interaction.customer_id, "interaction": interaction.pk, "offer": offer}
    audience = ["supervision"]
    publish(kind="customer.opened", data=about | {"reason": "offered"}, audience=audience, now=now, by=agent.pk)


@kept
def _offered(agent: Agent, offer: int) -> QuerySet[Interaction]:
    """The contact that this offer rings about: beyond `visible_to`, which knows nothing of what only rings."""
    ringing = Offer.objects.filter(pk=offer, agent=agent, state=OfferState.OPEN)
    contact = Coalesce("entry__interaction", "entry__participation__interaction")
    rows = Interaction.objects.filter(pk__in=ringing.values(contact=contact), practice=agent.practising)
    return rows.select_related("customer", "account", "spoken_for_by").defer("customer__tokens")


def _recorded(*, interaction: int, agent: int, offer: int) -> bool:
    of_contact = Event.objects.filter(data__has_key="interaction", data__interaction=interaction)
    return of_contact.filter(kind="customer.opened", by=agent, data__offer=offer).exists()
