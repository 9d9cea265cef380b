"""What we want to know of a thing, who asks for it now, and what was learnt."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from fanal.agents.models import Agent
from fanal.events.actions import publish
from fanal.holdings.models import Fault, Holding, HoldingSource, Order, OrderStep, Reading
from fanal.holdings.port import Answer, NotKnown, Read, Slow
from fanal.holdings.rules import Standing, due
from fanal.holdings.rules.asking import LOST, Tried

WAKE = "fanal_back_office"
ANSWERED = "answered"
SAME_STEP = timedelta(minutes=5)


def source_for(kind: str, *, action: str = "") -> HoldingSource | None:
    """The back office to ask about this kind of thing, or to send this action to; None: we have our own rows only."""
    rows = HoldingSource.objects.knowing(kind)
    if action:
        rows = rows.filter(actions__action=action)
    return rows.first()


def tried_of(reading: Reading) -> Tried:
    return Tried(
        wanted_at=reading.wanted_at, tried_at=reading.tried_at, read_at=reading.read_at, outcome=_failed(reading)
    )


@transaction.atomic
def want(
    *, thing: Holding | Order, source: HoldingSource, by: Agent | None, now: datetime, anyway: bool = False
) -> Reading:
    """Somebody looks at a thing: it is asked for if what we have is old, or `anyway`. Never waits for the answer."""
    key = {"order": thing} if isinstance(thing, Order) else {"holding": thing}
    reading = (
        Reading.objects.filter(**key).first() or Reading.objects.get_or_create(**key, defaults={"source": source})[0]
    )
    if not anyway and not due(tried_of(reading), fresh_for=source.fresh_for, now=now):
        return reading
    reading = Reading.objects.select_for_update(of=("self",)).get(pk=reading.pk)
    reading.source, reading.wanted_at, reading.wanted_by = source, now, by
    reading.save(update_fields=["source", "wanted_at", "wanted_by"])
    wake()
    return reading


def wake() -> None:
    """Whoever carries questions and commands over finds them at once; without this, within a second."""
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {WAKE}")


@transaction.atomic
def claim_readings(*, source: int, limit: int, now: datetime) -> list[Reading]:
    """The oldest that are wanted of this source and nobody asks for yet, or whose process died while it did."""
    rows = Reading.objects.select_for_update(of=("self",), skip_locked=True)
    rows = rows.filter(Q(asking_at=None) | Q(asking_at__lt=now - LOST), wanted_at__isnull=False, source=source)
    rows = rows.select_related("holding__customer", "holding__parent", "order__customer").order_by("wanted_at")
    found = list(rows[:limit])
    Reading.objects.filter(pk__in=[row.pk for row in found]).update(asking_at=now)
    for row in found:
        row.asking_at = now
    return found


@transaction.atomic
def learnt(*, claimed: Reading, said: Read, now: datetime) -> None:
    """What one question brought; of one that was given up meanwhile nothing is kept."""
    # First the thing, then what is asked of it: so does an action, which has the thing and wants it read.
    thing = _locked(claimed)
    reading = Reading.objects.select_for_update(of=("self",)).get(pk=claimed.pk)
    if reading.asking_at is None or reading.asking_at != claimed.asking_at:
        return
    wanted_by = reading.wanted_by_id
    # Wanted once more while it was being asked: that was before the answer, so this answers it too.
    reading.asking_at, reading.wanted_at, reading.tried_at = None, None, now
    reading.problem, reading.not_understood = "", []
    match said:
        case Answer():
            changed = _take_over(thing, said, now=now)
            reading.outcome, reading.read_at = ANSWERED, now
            reading.as_of, reading.not_understood = said.as_of or now, list(said.not_understood)
        case NotKnown():
            reading.outcome, changed = Standing.NOT_KNOWN.value, False
        case Slow():
            reading.outcome, changed = Standing.SLOW.value, False
        case _:
            reading.outcome, reading.problem, changed = Standing.DOWN.value, said.code, False
    reading.save()
    what = {"order": reading.order_id} if reading.order_id else {"holding": reading.holding_id}
    publish(
        kind="reading.ended",
        data={**what, "outcome": reading.outcome, "changed": changed},
        audience=[f"agent:{wanted_by}"] if wanted_by else [],
        now=now,
    )


def _failed(reading: Reading) -> str:
    return "" if reading.outcome == ANSWERED else reading.outcome


def _locked(reading: Reading) -> Holding | Order:
    if reading.order_id:
        order: Order = Order.objects.select_for_update(of=("self",)).get(pk=reading.order_id)
        return order
    held: Holding = Holding.objects.select_for_update(of=("self",)).get(pk=reading.holding_id)
    return held


def _take_over(thing: Holding | Order, said: Answer, *, now: datetime) -> bool:
    """Put what was said into our own row: it is what the desk shows, also when the back office is down."""
    if isinstance(thing, Order):
        added = _steps(thing, said.fields.get("steps", ()))
        return _set(thing, {**said.fields, "asked_at": now}) or added
    added = _faults(thing, said.fields.get("faults", ()))
    asked = {"balance_at": said.as_of or now} if "balance" in said.fields else {}
    return _set(thing, {**said.fields, **asked}) or added


def _set(thing: Holding | Order, values: Mapping[str, Any]) -> bool:
    """Write what differs; only its own columns, and only one version of its history. True if more than a time did."""
    names = {field.name for field in thing._meta.concrete_fields}
    differing = [name for name, value in values.items() if name in names and getattr(thing, name) != value]
    for name in differing:
        setattr(thing, name, values[name])
    if differing:
        thing.save(update_fields=differing)
    return bool(set(differing) - {"asked_at", "balance_at"})


def _steps(order: Order, steps: Sequence[Mapping[str, Any]]) -> bool:
    """Those that we have not; what we wrote down ourselves when it was done is the same step as theirs."""
    known: dict[str, list[datetime]] = {}
    for step in order.steps.all() if steps else ():
        known.setdefault(step.state, []).append(step.at)
    new = [step for step in steps if not any(abs(step["at"] - at) < SAME_STEP for at in known.get(step["state"], ()))]
    OrderStep.objects.bulk_create(OrderStep(order=order, **step) for step in new)
    return bool(new)


def _faults(device: Holding, faults: Sequence[Mapping[str, Any]]) -> bool:
    """By code and time: those we have are completed, the others are new."""
    known = {(row.code, row.reported_at): row for row in device.faults.all()} if faults else {}
    changed = False
    for fault in faults:
        row = known.get((fault["code"], fault["reported_at"]))
        if row is None:
            Fault.objects.create(device=device, **fault)
            changed = True
        elif any(getattr(row, name) != value for name, value in fault.items()):
            for name, value in fault.items():
                setattr(row, name, value)
            row.save()
            changed = True
    return changed
