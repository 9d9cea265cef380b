"""Follow what happens to cases and clocks: each case knows when the next rule may act on it."""

from collections.abc import Iterable, Sequence

from django.db import connection, transaction

from fanal.cases.models import Case, CaseState
from fanal.escalation.models import Sweep
from fanal.escalation.reading import facts_of, rule_of, rules
from fanal.escalation.rules import next_at
from fanal.events import following
from fanal.events.following import Follower, Happening

FOLLOWER = Follower(
    name="escalation",
    table="escalation_cursor",
    lock=0x65736361,
    kinds=(
        *("case.opened", "case.changed", "case.settled", "case.reopened", "case.withdrawn"),
        *("case.merged", "case.unmerged"),
        *("clock.started", "clock.changed", "clock.ended", "config.changed"),
    ),
    nothing_to_do="NOT EXISTS (SELECT FROM escalation_escalationrule WHERE active)"
    " AND NOT EXISTS (SELECT FROM escalation_watch) AND NOT EXISTS (SELECT FROM escalation_sweep)",
)
WHAT = ("escalation_rules", "demo")
"""What of the configuration the rules stand in."""
AT_ONCE = 500


def follow(*, limit: int = 100_000) -> int:
    """Follow up to `limit` events; how many: 0 when there are none, and while another process does it."""
    return following.follow(FOLLOWER, absorb, limit=limit)


def absorb(events: Sequence[Happening]) -> None:
    """Look again at the cases that something happened to; at all open ones, bit by bit, when the rules changed."""
    if any(event.kind == "config.changed" and event.data.get("what") in WHAT for event in events):
        Sweep.objects.all().delete()
        Sweep.objects.create()
    watch({event.data["case"] for event in events if isinstance(event.data.get("case"), int)})


@transaction.atomic
def sweep() -> int:
    """Look at the next open cases after a change of the rules; how many: 0 when all of them were looked at."""
    if not following.alone(FOLLOWER):
        return 0
    mark = Sweep.objects.select_for_update().first()
    if mark is None:
        return 0
    rows = Case.objects.exclude(state=CaseState.SETTLED).filter(pk__gt=mark.after).order_by("pk")
    found = list(rows.values_list("pk", flat=True)[:AT_ONCE])
    if not found:
        mark.delete()
        return 0
    watch(found)
    mark.after = found[-1]
    mark.save(update_fields=["after"])
    return len(found)


def watch(ids: Iterable[int]) -> None:
    """Write down when the next rule may act on each of these cases, or that none may."""
    wanted = sorted(set(ids))
    if not wanted:
        return
    deciding = [rule_of(row) for row in rules()]
    cases = list(Case.objects.filter(pk__in=wanted).select_related("customer")) if deciding else []
    facts = facts_of(cases) if deciding else {}
    times = {pk: at for pk, one in facts.items() if (at := next_at(deciding, one))}
    with connection.cursor() as cursor:
        cursor.execute(_WATCH, [list(times), list(times.values())])
        cursor.execute(_FORGET, [[pk for pk in wanted if pk not in times]])


_WATCH = """
INSERT INTO escalation_watch (case_id, at) SELECT * FROM unnest(%s::bigint[], %s::timestamptz[])
ON CONFLICT (case_id) DO UPDATE SET at = EXCLUDED.at WHERE escalation_watch.at <> EXCLUDED.at
"""
_FORGET = "DELETE FROM escalation_watch WHERE case_id = ANY(%s::bigint[])"
