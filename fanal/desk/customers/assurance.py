"""How sure the reader of a customer's page may be of who is asking: by their own contact, or opened on record."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from fanal.agents.kept import kept
from fanal.agents.models import Agent
from fanal.customers.models import Customer
from fanal.desk.access import SignedInRequest
from fanal.events.actions import publish
from fanal.identity.models import Assurance
from fanal.interactions.models import Interaction

OPEN_FOR = timedelta(minutes=10)
KEPT_AS = "opened_customers"


def assurance_for(request: SignedInRequest, family: list[int], *, now: datetime) -> int:
    """The assurance of the reader's own running contact with this customer; verified while opened on record; else none.

    Outside a contact nobody is being talked to, yet what is on the page could be passed on: so it takes a reason.
    """
    opened = request.session.get(KEPT_AS, {}).get(str(family[0]), "")
    if opened and datetime.fromisoformat(opened) > now:
        return Assurance.VERIFIED
    return _of_running_contact.first(agent=request.user, family=family) or Assurance.NONE


def open_on_record(request: SignedInRequest, customer: Customer, *, reason: str, now: datetime) -> None:
    """Show this customer's fields for a while, for work without a contact; who did and why (a code) is an event."""
    opened = {key: until for key, until in request.session.get(KEPT_AS, {}).items() if until > now.isoformat()}
    opened[str(customer.pk)] = (now + OPEN_FOR).isoformat()
    request.session[KEPT_AS] = opened
    publish(
        kind="customer.opened",
        data={"customer": customer.pk, "reason": reason},
        audience=["supervision"],
        now=now,
        by=request.user.pk,
    )


@kept
def _of_running_contact(agent: Agent, family: list[int]) -> QuerySet[Interaction, int]:
    mine = Interaction.objects.visible_to(agent).filter(
        customer__in=family, segments__agent=agent, segments__wrapped_up_at=None, spoken_for_by=None
    )
    return mine.order_by("-assurance").values_list("assurance", flat=True)[:1]
