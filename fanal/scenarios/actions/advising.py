"""Follow an advice with one click, through the one door, or say that it was decided otherwise."""

from datetime import datetime

from django.db import transaction

from fanal.agents.models import Agent
from fanal.cases import actions as cases
from fanal.cases.models import Case
from fanal.cases.rules import NotPossible
from fanal.deciding import actions as deciding
from fanal.deciding.models import AdviceShown, Decided, What
from fanal.interactions import matters
from fanal.interactions.models import Interaction
from fanal.routing import actions as routing
from fanal.routing.rules.packets import Packet
from fanal.scenarios.actions.performing import perform
from fanal.scenarios.rules import Refused


@transaction.atomic
def follow(
    *,
    shown: AdviceShown,
    amount: str = "",
    reason: str = "",
    packet: Packet | None = None,
    by: Agent,
    now: datetime,
) -> None:
    """Do what is advised and remember that it was followed.

    `packet`: what goes along when a case or a talk is handed over; a talk without one was handed over by the agent.
    Raises Refused, or routing's NotPossible for a queue; then nothing has happened.
    """
    match shown.what:
        case What.GOODWILL:
            _grant(shown, amount=amount or str(shown.limit or ""), reason=reason, by=by, now=now)
        case What.REPLACE:
            if shown.holding is None:
                raise Refused("target")
            perform(
                action="replace_device",
                target=shown.holding,
                interaction=shown.interaction,
                case=shown.case,
                by=by,
                now=now,
            )
        case What.PRIORITY:
            _raise_priority(shown, by=by, now=now)
        case What.HAND_OVER if shown.case:
            _hand_over(shown, shown.case, packet, by=by, now=now)
        case What.HAND_OVER if shown.interaction and packet:
            _transfer(shown, shown.interaction, packet, by=by, now=now)
        case _:
            pass  # said to the customer: the agent says that it was done
    if not deciding.decided(shown=shown, how=Decided.FOLLOWED, by=by, now=now):
        raise Refused("decided_already")


@transaction.atomic
def decide_otherwise(*, shown: AdviceShown, reason: str = "", by: Agent, now: datetime) -> None:
    """The agent knows better; why is theirs to say or not."""
    if not deciding.decided(shown=shown, how=Decided.OTHERWISE, reason=reason, by=by, now=now):
        raise Refused("decided_already")


def _grant(shown: AdviceShown, *, amount: str, reason: str, by: Agent, now: datetime) -> None:
    if shown.customer is None:
        raise Refused("target")
    fields = {"amount": amount, "reason": reason, "advice": str(shown.pk)}
    perform(
        action="grant_goodwill", target=shown.customer, interaction=shown.interaction, case=shown.case,
        fields=fields, by=by, now=now,
    )  # fmt: skip


def _raise_priority(shown: AdviceShown, *, by: Agent, now: datetime) -> None:
    """Of the case, or of every open matter of the contact."""
    found = [shown.case] if shown.case else matters.cases_of(shown.interaction) if shown.interaction else []
    if not found or shown.priority is None:
        raise Refused("no_case")
    for case in found:
        try:
            if case.priority < shown.priority:
                cases.change(case=case, priority=shown.priority, by=by, now=now)
        except NotPossible:
            raise Refused("no_case") from None


def _hand_over(shown: AdviceShown, case: Case, packet: Packet | None, *, by: Agent, now: datetime) -> None:
    """To a line with its packet; a queue that is of none takes it as it takes any work, and the packet is a note."""
    if shown.queue is None:
        raise Refused("target")
    if shown.queue.tier_id and packet:
        routing.hand_over(case=case, to_queue=shown.queue, packet=packet, by=by, now=now)
        return
    note = "\n".join((packet.summary, packet.tried, packet.expected)) if packet else ""
    routing.enqueue_case(case=case, queue=shown.queue, note=note, by=by, now=now)


def _transfer(shown: AdviceShown, interaction: Interaction, packet: Packet, *, by: Agent, now: datetime) -> None:
    if shown.queue is None:
        raise Refused("target")
    routing.transfer(
        interaction=interaction,
        to_queue=shown.queue,
        summary=packet.summary,
        tried=packet.tried,
        expected=packet.expected,
        by=by,
        now=now,
    )
