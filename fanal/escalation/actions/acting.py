"""A rule acts on a case: the priority rises, another line gets it, supervision is told; and it says why."""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import Min
from django.utils import translation

from fanal.cases import actions as cases
from fanal.cases.actions import notices
from fanal.cases.actions.telling import locked, tell
from fanal.cases.models import Case
from fanal.clocks.actions.following import FOLLOWER as CLOCKS
from fanal.clocks.actions.telling import queues_of
from fanal.escalation.actions.following import FOLLOWER, watch
from fanal.escalation.models import Escalation, EscalationRule, Watch
from fanal.escalation.reading import facts_of, hands_over, raises, rule_of, rules
from fanal.escalation.rules import Act, due, why
from fanal.escalation.wording import sentence
from fanal.events import following
from fanal.routing import actions as routing
from fanal.routing.actions.entering import lock_entry
from fanal.routing.models import HandOver
from fanal.routing.rules.packets import Packet

log = structlog.get_logger(__name__)

AT_ONCE = 200
LATER = timedelta(minutes=5)
"""What cannot be acted on holds up no other case, and is tried again."""


def next_moment() -> datetime | None:
    """When the next rule may act; one look into an index."""
    at: datetime | None = Watch.objects.aggregate(at=Min("at"))["at"]
    return at


def act_on_due(*, now: datetime) -> int:
    """Act on the cases whose time has come; how many were looked at.

    None while much is still to be followed: what looks late may have been settled long ago.
    """
    if following.is_behind(CLOCKS) or following.is_behind(FOLLOWER):
        return 0
    due_now = Watch.objects.filter(at__lte=now).order_by("at").values_list("case", flat=True)
    found = list(due_now[:AT_ONCE])
    for case in found:
        try:
            act_on(case=case, now=now)
        except OperationalError:
            raise
        except Exception:
            log.exception("case_not_escalated", case_id=case)
            Watch.objects.filter(case=case).update(at=now + LATER)
    return len(found)


@transaction.atomic
def act_on(*, case: int, now: datetime) -> list[Escalation]:
    """Let every rule whose time has come act on a case, in their order; each sees what those before it did."""
    if waiting := routing.waiting_entry(Case(pk=case)):
        lock_entry(waiting.pk)  # before the case: everybody locks in this order
    held, by_id = locked(case), {row.pk: row for row in rules()}
    deciding, acted = [rule_of(row) for row in by_id.values()], []
    for _ in by_id:
        facts = facts_of([held])[case]
        one = due(deciding, facts, now)
        if one is None:
            break
        acted.append(_act(by_id[one.rule.id], one, why(one, facts), held, now=now))
        held = locked(case)
    watch([case])
    return acted


def _act(rule: EscalationRule, one: Act, because: list[dict[str, object]], case: Case, *, now: datetime) -> Escalation:
    """Where nothing is left to do, as it is as urgent already, it is still kept that the rule had its turn."""
    raised = raises(rule, case)
    fact = Escalation(
        case=case,
        rule=rule,
        stretch=one.stretch,
        why=because,
        raised_from=case.priority if raised else None,
        raised_to=raised,
        told=rule.tell_supervision,
        at=now,
    )
    if raised:
        cases.change(case=case, priority=raised, now=now, by=None)
        if waiting := routing.waiting_entry(case):
            routing.change_priority(entry_id=waiting.pk, priority=raised, by=None, now=now)
    fact.hand_over = _hand_over(rule, because, case, now=now)
    fact.save()
    if raised or fact.hand_over or fact.told:
        data = {"escalation": fact.pk, "rule": rule.pk, "tier": case.tier_id, "told": fact.told}
        also = ["supervision", *(f"queue:{queue}" for queue in queues_of(case))] if fact.told else []
        notices.tell(agents=[case.owner_id] if case.owner_id else [], kind="escalated", case=case, by=None, now=now)
        tell(case, "case.escalated", by=None, now=now, data=data, also=also)
    return fact


def _hand_over(rule: EscalationRule, because: list[dict[str, object]], case: Case, *, now: datetime) -> HandOver | None:
    """To another line only upwards; a queue that is switched off takes nothing."""
    queue = hands_over(rule, case)
    if queue is None:
        return None
    with translation.override(settings.LANGUAGE_CODE):
        packet = Packet(summary=sentence(rule, because))
    try:
        with transaction.atomic():
            return routing.hand_over(case=case, to_queue=queue, packet=packet, by=None, now=now)
    except routing.NotPossible:
        return None
