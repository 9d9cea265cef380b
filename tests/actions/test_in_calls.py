"""More than two in a call, as rows: asked, brought together, handed to, let go, and what each leaves behind."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore

from fanal.agents.actions import end_lines_left, issue_line
from fanal.agents.models import Agent, Permission, Role, Tier
from fanal.channels.models import ChannelAccount
from fanal.events.models import Event
from fanal.interactions import actions as interactions
from fanal.interactions.models import (
    Dial,
    EndReason,
    Hold,
    InCall,
    Interaction,
    Note,
    PartEnd,
    Participation,
    Segment,
    SegmentKind,
)
from fanal.routing import actions
from fanal.routing.models import AgentLoad, EntryState, Offer, Queue, QueueEntry, Transfer
from fanal.running.verify import verify
from tests.routing_world import after, agent, match, queue, ringing, waiting

pytestmark = pytest.mark.django_db(transaction=True)
OUTSIDE = "+33142278186"


@pytest.fixture
def account() -> ChannelAccount:
    dialling = {"trunk": "carrier", "countries": ["FR"], "opens": "00:00", "closes": "23:59"}
    return ChannelAccount.objects.create(
        kind="voice", code="voice", name="Phone", address="+33199005678", settings={"dialling": dialling}
    )


@pytest.fixture
def first() -> Queue:
    return queue("first", wrap_up_seconds=30)


@pytest.fixture
def ann(account: ChannelAccount, first: Queue) -> Agent:
    return agent("Ann", capacity={"voice": 1})


@pytest.fixture
def call(ann: Agent, first: Queue) -> Interaction:
    """Ann talks to a customer."""
    entry = waiting(first, channel="voice")
    match(after(1))
    actions.accept(offer_id=ringing(ann).pk, agent=ann, now=after(2))
    assert entry.interaction
    return entry.interaction


@pytest.fixture
def bob(call: Interaction) -> Agent:
    return agent("Bob", capacity={"voice": 1}, available_at=after(3))


def owner(call: Interaction) -> tuple[str, str | None]:
    segment = Segment.objects.select_related("agent").get(interaction=call, ended_at=None)
    return segment.kind, segment.agent.name if segment.agent else None


def busy(who: Agent) -> int:
    return AgentLoad.objects.get(pk=who.pk).open_work.get("voice", 0)


def asked(call: Interaction, by: Agent, *, answers: bool = True, **whom: Any) -> Participation:
    part = actions.ask(interaction=call, by=by, now=after(10), **whom)
    return interactions.has_answered(part, now=after(12)) if answers else part


@pytest.fixture(autouse=True)
def what_is_believed_is_true() -> Any:
    yield
    assert [
        verdict.invariant.name for verdict in verify(names=frozenset({"agent_load_is_true"})) if not verdict.holds
    ] == []


def test_asking_a_colleague_holds_the_customer_and_the_colleague_is_busy(
    call: Interaction, ann: Agent, bob: Agent
) -> None:
    part = asked(call, ann, to_agent=bob, why="About the invoice.")
    assert (part.how, part.agent, part.why) == (InCall.ASKED, bob, "About the invoice.")
    assert Hold.objects.filter(interaction=call, ended_at=None).exists()
    assert busy(bob) == 1
    with pytest.raises(actions.NotPossible):
        actions.ask(interaction=call, to_agent=agent("Cleo", capacity={"voice": 1}), by=ann, now=after(13))
    actions.let_go(participation=part, by=ann, now=after(14))
    assert not Hold.objects.filter(interaction=call, ended_at=None).exists()
    assert busy(bob) == 0
    assert owner(call) == (SegmentKind.AGENT, "Ann")


def test_handing_over_makes_the_colleague_the_owner_at_once_and_the_giver_wraps_up(
    call: Interaction, ann: Agent, bob: Agent
) -> None:
    part = asked(call, ann, to_agent=bob)
    fact = actions.hand_to(participation=part, summary="Wants the invoice again.", by=ann, now=after(20))
    assert owner(call) == (SegmentKind.AGENT, "Bob")
    assert (fact.to_agent, fact.summary) == (bob, "Wants the invoice again.")
    part.refresh_from_db()
    assert part.end == PartEnd.GOT_IT
    assert (busy(ann), busy(bob)) == (1, 1)
    mine = Segment.objects.get(agent=ann)
    assert mine.ended_at == after(20)
    assert mine.wrap_up_due_at == after(50)
    assert not Hold.objects.filter(ended_at=None).exists()
    with pytest.raises(actions.NotPossible):
        actions.let_go(participation=part, by=ann, now=after(21))


def test_who_goes_home_is_in_no_call_of_others_any_more(call: Interaction, ann: Agent, bob: Agent) -> None:
    part = asked(call, ann, to_agent=bob)
    actions.sign_out(agent=bob, by=bob, now=after(20))
    part.refresh_from_db()
    assert part.end == PartEnd.LEFT
    assert busy(bob) == 0
    assert owner(call) == (SegmentKind.AGENT, "Ann")


def test_nothing_is_handed_to_who_has_not_answered(call: Interaction, ann: Agent, bob: Agent) -> None:
    part = asked(call, ann, to_agent=bob, answers=False)
    for verb in (actions.hand_to, actions.bring_together):
        with pytest.raises(actions.NotPossible, match="not_answered"):
            verb(participation=part, by=ann, now=after(12))


def test_a_queue_is_asked_like_any_work_and_the_packet_goes_along_to_second_line(call: Interaction, ann: Agent) -> None:
    tier = Tier.objects.create(code="second", name="Second line", rank=2)
    second = queue("second", skills={"network": 1}, tier=tier)
    bob = agent("Bob", skills={"network": 3}, capacity={"voice": 1}, available_at=after(3))
    part = actions.ask(interaction=call, to_queue=second, why="No dial tone.", by=ann, now=after(10))
    assert part.agent is None
    match(after(11))
    assert ringing(bob).entry.participation == part
    actions.accept(offer_id=ringing(bob).pk, agent=bob, now=after(12))
    part.refresh_from_db()
    assert (part.agent, part.joined_at) == (bob, after(12))
    assert owner(call) == (SegmentKind.AGENT, "Ann")
    assert busy(bob) == 1
    fact = actions.hand_to(
        participation=part,
        summary="No dial tone.",
        tried="Restarted it.",
        expected="A line test.",
        by=ann,
        now=after(20),
    )
    assert fact.hand_over
    assert (fact.hand_over.to_tier, fact.hand_over.taken_by) == (tier, bob)
    assert owner(call) == (SegmentKind.AGENT, "Bob")


def test_a_question_to_a_queue_that_nobody_took_yet_is_taken_back(call: Interaction, ann: Agent) -> None:
    part = actions.ask(interaction=call, to_queue=queue("second", skills={"x": 1}), by=ann, now=after(10))
    actions.let_go(participation=part, by=ann, now=after(12))
    assert QueueEntry.objects.get(participation=part).state == EntryState.WITHDRAWN
    assert not Offer.objects.filter(entry__participation=part).exists()


def test_who_leaves_a_conference_leaves_the_customer_with_those_who_stay_and_the_last_one_ends_it(
    call: Interaction, ann: Agent, bob: Agent
) -> None:
    part = asked(call, ann, to_agent=bob)
    actions.bring_together(participation=part, by=ann, now=after(15))
    actions.leave_call(interaction=call, by=ann, now=after(20))
    assert owner(call) == (SegmentKind.AGENT, "Bob")
    actions.leave_call(interaction=call, by=bob, now=after(30))
    call.refresh_from_db()
    assert call.end_reason == EndReason.AGENT


def test_the_customer_who_hangs_up_ends_it_for_all(call: Interaction, ann: Agent, bob: Agent) -> None:
    part = asked(call, ann, to_agent=bob)
    actions.finish_talk(interaction=call, by=None, reason=EndReason.CUSTOMER, now=after(20))
    part.refresh_from_db()
    assert part.end == PartEnd.OVER
    assert (busy(ann), busy(bob)) == (1, 0)


def test_a_number_outside_is_called_only_where_it_may_be_and_a_refusal_stays_as_a_row(
    call: Interaction, ann: Agent
) -> None:
    with pytest.raises(actions.MayNotCall) as refused:
        actions.ask(interaction=call, to_number="+4722334455", by=ann, now=after(10))
    assert "NO" in refused.value.sentence()
    assert Dial.objects.get().refused == "country"
    assert not Participation.objects.exists()
    assert not Hold.objects.exists()
    part = actions.ask(interaction=call, to_number=OUTSIDE, by=ann, now=after(11))
    assert part.dial
    assert part.number == part.dial.number == OUTSIDE


@pytest.mark.parametrize(("answers", "ends"), [(True, EndReason.OUTSIDE), (False, "")])
def test_a_blind_transfer_outside_ends_when_they_do_and_comes_back_when_nobody_answers(
    call: Interaction, ann: Agent, answers: bool, ends: str
) -> None:
    actions.send_outside(interaction=call, number=OUTSIDE, by=ann, now=after(10))
    assert owner(call) == (SegmentKind.AWAY, None)
    assert Transfer.objects.get().target == "away"
    part = Participation.objects.get()
    if answers:
        interactions.has_answered(part, now=after(12))
    actions.gone(participation=part, end=PartEnd.LEFT if answers else PartEnd.UNANSWERED, by=None, now=after(20))
    call.refresh_from_db()
    assert call.end_reason == ends
    assert answers or owner(call)[0] == SegmentKind.QUEUE


def test_nobody_else_steers_the_call(call: Interaction, ann: Agent, bob: Agent, first: Queue) -> None:
    part = asked(call, ann, to_agent=bob)
    verbs: list[Callable[..., object]] = [actions.bring_together, actions.let_go, actions.hand_to]
    for verb in verbs:
        with pytest.raises(actions.NotPossible):
            verb(participation=part, by=bob, now=after(15))


@pytest.fixture
def sue(call: Interaction) -> Agent:
    sue = agent("Sue", capacity={"voice": 1}, available_at=None)
    permissions = [Permission.HANDLE, Permission.SUPERVISE_OWN_QUEUES]
    sue.role = Role.objects.create(code="lead", name="Lead", permissions=permissions)
    sue.save()
    return sue


def test_a_supervisor_listens_only_in_calls_of_their_own_queues(
    call: Interaction, ann: Agent, bob: Agent, sue: Agent, first: Queue
) -> None:
    for who in (bob, sue, ann):
        with pytest.raises(actions.NotPossible, match="not_watched"):
            actions.supervise(interaction=call, how=InCall.LISTENS, by=who, now=after(10))
    first.managers.add(sue)
    part = actions.supervise(interaction=call, how=InCall.LISTENS, by=sue, now=after(11))
    assert actions.supervise(interaction=call, how=InCall.WHISPERS, by=sue, now=after(12)).pk == part.pk
    assert busy(sue) == 1
    actions.gone(participation=part, end=PartEnd.LEFT, by=sue, now=after(13))
    assert busy(sue) == 0


@pytest.mark.parametrize(("told", "sees"), [("agent", True), ("nobody", False)])
def test_the_agent_learns_of_it_as_configured_and_it_is_recorded_in_any_case(
    call: Interaction, ann: Agent, sue: Agent, first: Queue, told: str, sees: bool
) -> None:
    ChannelAccount.objects.filter(pk=call.account_id).update(settings={"supervision": told})
    first.managers.add(sue)
    actions.supervise(interaction=call, how=InCall.LISTENS, by=sue, now=after(11))
    event = Event.objects.get(kind="participation.began")
    assert (f"agent:{ann.pk}" in event.audience) is sees
    assert (event.by, event.data["how"]) == (sue.pk, "listens")


def test_whoever_takes_over_has_the_call_at_once_and_its_agent_wraps_up(
    call: Interaction, ann: Agent, sue: Agent, first: Queue
) -> None:
    first.managers.add(sue)
    actions.take_over(interaction=call, by=sue, now=after(20))
    assert owner(call) == (SegmentKind.AGENT, "Sue")
    assert (busy(ann), busy(sue)) == (1, 1)
    assert Segment.objects.get(agent=ann).wrap_up_due_at == after(50)


def test_who_reads_along_in_a_chat_leaves_a_note_and_may_tell_the_customer(first: Queue, sue: Agent) -> None:
    dan = agent("Dan", capacity={"webchat": 1})
    entry = waiting(first, now=after(3))
    match(after(4))
    actions.accept(offer_id=ringing(dan).pk, agent=dan, now=after(5))
    assert entry.interaction
    chat = entry.interaction
    ChannelAccount.objects.filter(pk=chat.account_id).update(settings={"supervision": "customer"})
    first.managers.add(sue)
    part = actions.supervise(interaction=chat, how=InCall.WHISPERS, by=sue, now=after(6))
    assert part.how == InCall.LISTENS
    assert Note.objects.get(interaction=chat).by == sue
    assert "supervisor" in chat.messages.get().text
    actions.take_over(interaction=chat, by=sue, now=after(8))
    assert owner(chat) == (SegmentKind.AGENT, "Sue")


def _listens(call: Interaction, sue: Agent, first: Queue) -> Participation:
    first.managers.add(sue)
    return actions.supervise(interaction=call, how=InCall.LISTENS, by=sue, now=after(11))


@pytest.mark.parametrize("loses", ["queue", "permission", "active", "nothing"])
def test_who_loses_the_right_listens_no_more(call: Interaction, sue: Agent, first: Queue, loses: str) -> None:
    part = _listens(call, sue, first)
    assert actions.stop_who_may_not_listen(now=after(12)) == 0
    match loses:
        case "queue":
            first.managers.remove(sue)
        case "permission":
            Role.objects.filter(pk=sue.role_id).update(permissions=[Permission.HANDLE])
        case "active":
            Agent.objects.filter(pk=sue.pk).update(is_active=False)
    assert actions.stop_who_may_not_listen(now=after(13)) == (loses != "nothing")
    part.refresh_from_db()
    assert part.end == ("no_right" if loses != "nothing" else "")
    assert busy(sue) == (loses == "nothing")


def test_who_has_signed_out_everywhere_listens_no_more(call: Interaction, sue: Agent, first: Queue) -> None:
    """Not by the button that also sends them home: the sign-in was ended from elsewhere, or ran out."""
    _listens(call, sue, first)
    session = SessionStore()
    session.save()
    UserSession.objects.create(user=sue, session_key=session.session_key, ip="127.0.0.1", user_agent="")
    issue_line(agent=sue, session=session.session_key, take=False, now=after(11))
    assert actions.stop_who_may_not_listen(now=after(12)) == 0
    session.delete()
    end_lines_left(agent=sue, now=after(12))
    assert actions.stop_who_may_not_listen(now=after(13)) == 1
