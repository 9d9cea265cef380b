"""What a flow leads to: people, or an end without any."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from fanal.channels.port import ContactStarted
from fanal.identity.rules import Evidence
from fanal.intake import leaving, wording
from fanal.intake.recognising import evidence_of, recognise
from fanal.intake.to_people import to_people
from fanal.interactions import actions as interactions
from fanal.interactions.models import EndReason, Interaction
from fanal.routing import actions as routing
from fanal.routing.models import Queue
from fanal.scenarios import actions as scenarios
from fanal.scenarios.actions import Going, Proven
from fanal.scenarios.rules import flows
from fanal.scenarios.rules.flows.turns import Outcome


def brought(signal: ContactStarted) -> dict[str, str]:
    """What a contact brings along that may be said again to them."""
    return {name: said for name, said in (("caller", signal.source), ("called", signal.called)) if said}


@transaction.atomic
def answer(*, run: int, turn: int, given: flows.Input, now: datetime) -> Going:
    """What the caller keyed, or that they keyed nothing; whoever is to speak to people waits for them from now on."""
    going = scenarios.answer_flow(run=run, turn=turn, given=given, now=now)
    if going.turn.over and going.fresh:
        caller = going.run.interaction
        if not follow(interaction=caller, outcome=going.turn.outcome, now=now):
            instead = wording.will_not_be_called(language=wording.language_of(caller.language))
            return replace(going, turn=replace(going.turn, says=tuple(instead)))
    return going


def follow(*, interaction: Interaction, outcome: Outcome, now: datetime) -> bool:
    """To people with what was gathered; a wish that nobody can meet at once is kept as a case.

    False: what the flow says at its end would be a promise that is not kept.
    """
    match outcome:
        case flows.ToQueue(queue=code, priority=priority, skills=skills):
            proven = _proven(interaction, now=now)
            there = _named(code)  # without one, the scenario chooses, by what was gathered
            to_people(interaction=interaction, proven=proven, queue=there, priority=priority, skills=skills, now=now)
        case flows.WantsCallback(queue=code, number=number):
            if queue := _queue(code, interaction):
                return call_back(interaction=interaction, number=number, queue=queue, now=now)
        case flows.LeavesMessage():
            pass  # once they have heard that they may speak: said_goodbye
    return True


def call_back(*, interaction: Interaction, number: str, queue: Queue, now: datetime) -> bool:
    """They are called in their turn; whom we may not call, or cannot, has their wish kept as a case: False."""
    try:
        routing.wish_callback(interaction=interaction, number=number, queue=queue, now=now)
    except routing.NotCalledBack as problem:
        routing.keep_matter(interaction=interaction, queue=queue, now=now)
        return problem.by_hand
    return True


def _proven(interaction: Interaction, *, now: datetime) -> Proven | None:
    """Who it is, with what was gathered."""
    if interaction.given:
        return recognise(interaction=interaction, evidence=_evidence(interaction), now=now)
    return Proven(customer=interaction.customer, assurance=interaction.assurance) if interaction.customer else None


def said_goodbye(*, interaction: int, now: datetime) -> None:
    """They have heard the last sentence: who does not wait for people has been served, and the call ends.

    Whom a closed queue sent away hears that as well; who is to leave a message is recorded from now on.
    """
    call = Interaction.objects.select_related("account").get(pk=interaction)
    if routing.was_sent_away(call):
        return
    if call.ended_at is None and (asked := scenarios.message_asked(interaction=call)):
        leaving.begin_message(call=call, asked=asked, now=now)
        return
    if call.ended_at is None and not call.queue_entries.filter(left_at=None).exists():
        interactions.end_talk(interaction=call, reason=EndReason.SERVED, now=now)


def left(*, interaction: Interaction, now: datetime) -> None:
    """The caller laid down on the way."""
    scenarios.leave_flow(interaction=interaction, now=now)
    reason = EndReason.MESSAGE if leaving.left_a_message(interaction) else EndReason.CUSTOMER
    interactions.end_talk(interaction=interaction, reason=reason, now=now)


def _evidence(interaction: Interaction) -> Evidence:
    signal = ContactStarted(source=interaction.source, given=interaction.given, language=interaction.language)
    return evidence_of(signal, account=interaction.account)


def _queue(code: str, interaction: Interaction) -> Queue | None:
    return _named(code or str(interaction.account.settings.get("queue", "")))


def _named(code: str) -> Queue | None:
    return Queue.objects.filter(code=code, active=True).first() if code else None
