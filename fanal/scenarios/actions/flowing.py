"""A contact goes through a guided flow: begun, answered turn by turn, kept after each, and ended."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction

from fanal.channels.models import ChannelAccount
from fanal.events.actions import publish
from fanal.holdings.keys import card_key
from fanal.interactions import audience
from fanal.interactions.models import Interaction
from fanal.norms import cards
from fanal.scenarios.looking_up import Asking, look_up
from fanal.scenarios.models import Flow, FlowEnd, FlowRun, FlowVersion
from fanal.scenarios.rules import flows
from fanal.scenarios.rules.flows import (
    HOURS,
    Answered,
    Ended,
    LeavesMessage,
    LookUp,
    Seal,
    ToQueue,
    Turn,
    WantsCallback,
)
from fanal.scenarios.rules.flows.choosing import flow_of
from fanal.scenarios.rules.flows.lookups import NOT_FOUND

log = structlog.get_logger(__name__)

MOST_MISSES = 5
"""So many lookups of one contact may find nothing; then nothing is looked up for it any more."""


@dataclass(frozen=True, kw_only=True)
class Going:
    """A run and its turn: what is heard now, what is awaited, and what came of it.

    `fresh`: this very call led to it. What comes twice, or after a break, is told the turn again, and nothing is to
    follow from it a second time.
    """

    run: FlowRun
    turn: Turn
    fresh: bool = False


def flow_for(*, account: ChannelAccount, called: str = "") -> Flow | None:
    """The flow that a contact begins with, by the number that was called and the account; None: none does."""
    code = flow_of(account.settings, called=called)
    return Flow.objects.filter(code=code, active=True).first() if code else None


@transaction.atomic
def begin_flow(
    *, interaction: Interaction, flow: Flow, values: Mapping[str, str] | None = None, now: datetime
) -> Going | None:
    """The first turn; of a contact that is in a flow already, the turn where it stands. None: it cannot be played.

    `values` are what the contact brings along to be said again, such as `caller`.
    """
    interaction = Interaction.objects.select_for_update(of=("self",)).select_related("account").get(pk=interaction.pk)
    if going := resume_flow(interaction=interaction):
        return going
    try:
        version = _version(flow, now=now)
        played = _read(version)
    except flows.Unreadable as problem:
        log.error("flow_not_played", flow=flow.code, problem=str(problem))
        return None
    turn = flows.begin(played, language=interaction.language, values=values)
    run = FlowRun.objects.create(
        interaction=interaction, version=version, position=turn.position.as_json(), started_at=now
    )
    _publish("flow.began", run, now=now, flow=flow.code)
    return _go_on(run, played, turn, now=now)


@transaction.atomic
def answer_flow(*, run: int, turn: int, given: flows.Input, now: datetime) -> Going:
    """What an input at this turn leads to. What comes twice or too late changes nothing: it gets the turn of now."""
    row = _locked(run)
    played = _read(row.version)
    position = flows.position_of(row.position)
    if row.ended_at or turn != position.turn:
        return Going(run=row, turn=_named(row, flows.again(played, position)))
    return _go_on(row, played, flows.step(played, position, given, seal=_seal(row)), now=now)


def resume_flow(*, interaction: Interaction) -> Going | None:
    """Where a contact stands in its flow, with what was asked last said again: for whoever goes on after a break."""
    row = FlowRun.objects.filter(interaction=interaction, ended_at=None).select_related("version__flow").first()
    if row is None:
        return None
    return Going(run=row, turn=_named(row, flows.again(_read(row.version), flows.position_of(row.position))))


def message_asked(*, interaction: Interaction) -> LeavesMessage | None:
    """The message that their last flow asks them to leave, if it ended so."""
    rows = FlowRun.objects.filter(interaction=interaction, ended_at__isnull=False).select_related("version")
    row = rows.order_by("-pk").first()
    if row is None or row.how != FlowEnd.MESSAGE:
        return None
    outcome = flows.again(_read(row.version), flows.position_of(row.position)).outcome
    return outcome if isinstance(outcome, LeavesMessage) else None


@transaction.atomic
def leave_flow(*, interaction: Interaction, now: datetime) -> None:
    """The customer left on the way; what was gathered so far stays with the contact. Without a flow nothing happens."""
    found = FlowRun.objects.filter(interaction=interaction, ended_at=None).values_list("pk", flat=True).first()
    if found is None:
        return
    row = _locked(found)
    if row.ended_at is None:
        _end(row, flows.position_of(row.position), FlowEnd.LEFT, now=now)


def _go_on(run: FlowRun, played: flows.Flow, turn: Turn, *, now: datetime) -> Going:
    """Look up what is asked for, then keep where it stands: what was said on the way is heard together."""
    says = turn.says
    while isinstance(turn.outcome, LookUp):
        turn = flows.step(played, turn.position, _looked_up(run, played, turn, turn.outcome, now=now), seal=_seal(run))
        says += turn.says
    run.position, run.gathered = turn.position.as_json(), dict(turn.gathered)
    if turn.over:
        _end(run, turn.position, how_of(turn), now=now)
    else:
        run.save(update_fields=["position", "gathered", "misses"])
        _publish("flow.answered", run, now=now, step=turn.position.step, turn=turn.position.turn)
    return Going(run=run, turn=_named(run, replace(turn, says=says)), fresh=True)


def _named(run: FlowRun, turn: Turn) -> Turn:
    """What could be a recording is called by its flow too: `phone/menu`."""
    code = run.version.flow.code
    return replace(turn, says=tuple(replace(one, name=one.name and f"{code}/{one.name}") for one in turn.says))


def _looked_up(run: FlowRun, played: flows.Flow, turn: Turn, asked: LookUp, *, now: datetime) -> Answered:
    if run.misses >= MOST_MISSES and asked.lookup != HOURS:
        return Answered(branch="")
    tries = getattr(played.steps[turn.position.step], "tries", 1)
    asking = Asking(
        interaction=run.interaction,
        language=turn.position.language,
        last=turn.position.tries + 1 >= tries,
        now=now,
    )
    try:
        with transaction.atomic():
            answered = look_up(asked, asking)
    except Exception:  # the caller is not to hear of it: the step goes on otherwise
        log.exception("lookup_failed", lookup=asked.lookup, run=run.pk)
        return Answered(branch="")
    run.misses += answered.branch == NOT_FOUND and bool(asked.values)
    return answered


def how_of(turn: Turn) -> FlowEnd:
    match turn.outcome:
        case Ended(settled=settled):
            return FlowEnd.SERVED if settled else FlowEnd.NOT_SERVED
        case LeavesMessage():
            return FlowEnd.MESSAGE
        case WantsCallback():
            return FlowEnd.CALLBACK
        case ToQueue() | _:
            return FlowEnd.QUEUE


def _end(run: FlowRun, position: flows.Position, how: FlowEnd, *, now: datetime) -> None:
    """Over: what was gathered arrives with the contact; what was looked up on the way is not kept."""
    run.position = replace(position, heard="", values=run.gathered).as_json()
    run.ended_at, run.how = max(now, run.started_at), how
    run.save(update_fields=["position", "gathered", "misses", "ended_at", "how"])
    interaction = run.interaction
    interaction.given = {**interaction.given, **run.gathered}
    interaction.language = position.language if position.chosen else interaction.language
    interaction.save(update_fields=["given", "language"])
    _publish("flow.ended", run, now=now, flow=run.version.flow.code, how=str(how))


def _publish(kind: str, run: FlowRun, *, now: datetime, **more: Any) -> None:
    publish(
        kind=kind,
        data=audience.about(run.interaction, run=run.pk, **more),
        audience=audience.of(run.interaction),
        now=now,
    )


def _locked(run: int) -> FlowRun:
    """First the contact, then its run: so does whoever begins one."""
    contact = FlowRun.objects.values_list("interaction_id", flat=True).get(pk=run)
    interaction = Interaction.objects.select_for_update(of=("self",)).select_related("account").get(pk=contact)
    found = FlowRun.objects.select_for_update(of=("self",)).select_related("version__flow").get(pk=run)
    found.interaction = interaction
    return found


def _version(flow: Flow, *, now: datetime) -> FlowVersion:
    """What the flow is now, kept when it is first run like this. Raises Unreadable."""
    flows.read(flow.content)
    text = json.dumps(flow.content, sort_keys=True, ensure_ascii=False)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    defaults = {"content": flow.content, "since": now}
    return FlowVersion.objects.get_or_create(flow=flow, sha256=sha256, defaults=defaults)[0]


def _read(version: FlowVersion) -> flows.Flow:
    """A version never changes, so it is read once in each process. Raises Unreadable."""
    if version.sha256 not in _READ:
        _READ[version.sha256] = flows.read(version.content)
    return _READ[version.sha256]


_READ: dict[str, flows.Flow] = {}


def _seal(run: FlowRun) -> Seal:
    """Of a card the keyed hash by which it is found, and its last four; of another secret a hash good in this run."""

    def seal(name: str, keyed: str) -> Mapping[str, str]:
        if cards.is_card(keyed):
            return {"card_hash": cards.keyed_hash(keyed, key=card_key()), "card_last_four": cards.last_four(keyed)}
        text = f"flow {run.pk} {name} {keyed}".encode()
        return {f"{name}_hash": hmac.new(card_key(), text, hashlib.sha256).hexdigest()}

    return seal
