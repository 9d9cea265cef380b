"""A contact that we begin by mail, in the thread of the last one or in one of its own; who reads it is a claim."""

from collections.abc import Sequence
from datetime import datetime

from fanal.agents.models import Agent
from fanal.cases.models import Case
from fanal.consent.rules import NotAllowed
from fanal.customers.models import Customer
from fanal.identity.models import Assurance
from fanal.interactions.actions.identifying import identify
from fanal.interactions.actions.routes import mail_account
from fanal.interactions.actions.starting import start
from fanal.interactions.actions.threads import fresh_thread
from fanal.interactions.actions.topics import add_topic
from fanal.interactions.models import Direction, Interaction, TopicOrigin
from fanal.interactions.rules import Means, Route


def begin_by_mail(
    *, route: Route, customer: Customer | None, cases: Sequence[Case], practice: bool, by: Agent, now: datetime
) -> Interaction:
    """Start it, with its cases as topics. Within a transaction of the caller's. Raises consent.rules.NotAllowed."""
    before = Interaction.objects.select_related("account").get(pk=route.contact) if route.contact else None
    account = before.account if before else mail_account(practice=practice)
    if account is None:
        raise NotAllowed("no_account")
    interaction = start(
        account=account,
        source=route.address,
        thread=before.thread if before and before.thread else fresh_thread(),
        direction=Direction.OUTBOUND,
        language=(before.language if before else "") or (customer.language if customer else ""),
        practice=practice,
        now=now,
    )
    if route.means == Means.ASKED_FOR:
        interaction.answer_to = route.address
        interaction.save(update_fields=["answer_to"])
    if customer:
        identify(
            interaction=interaction, customer=customer, assurance=Assurance.CLAIMED, why="written_to", by=by, now=now
        )
    for case in cases:
        add_topic(interaction=interaction, case=case, origin=TopicOrigin.RULE, now=now, by=by)
    return interaction
