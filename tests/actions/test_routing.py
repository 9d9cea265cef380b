"""Stories of waiting work: it is offered, taken, refused, left and finished, and nothing is lost."""

import pytest
from routing_world import after, agent, contact, load, match, queue, ringing, skill, state_of, talk, waiting

from fanal.agents.models import Presence
from fanal.events.models import Event
from fanal.interactions.models import Segment
from fanal.routing import actions
from fanal.routing.models import EntryState, Offer, OfferState, QueueEntry
from fanal.running.verify import verify

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_arrival_rings_with_the_agent_who_has_been_available_for_longest():
    agent("Later", available_at=after(5))
    first = agent("First", available_at=after(1))
    line = queue()
    assert match(after(6)) == []
    waiting(line, now=after(10))
    (offer,) = match(after(10))
    assert offer.agent == first
    assert offer.expires_at == after(10 + line.ring_seconds)
    assert offer.decision["why"] == "longest_available"
    assert offer.decision["best"][0]["agent"] == first.pk


def test_an_agent_who_comes_free_gets_the_oldest_of_the_highest_priority():
    line = queue(ageing_seconds=0)
    waiting(line, now=after(0))
    urgent = waiting(line, now=after(5), priority=4)
    waiting(line, now=after(6), priority=4)
    someone = agent(available_at=after(10))
    (offer,) = match(after(10))
    assert (offer.entry, offer.agent) == (urgent, someone)
    assert offer.decision["eligible"] == 3


def test_two_matchers_never_offer_one_entry_twice_and_an_agent_rings_once_at_a_time():
    line = queue()
    for _ in range(5):
        waiting(line)
    someone = agent()
    assert len(match(after(1))) == 1
    assert match(after(1)) == []
    assert load(someone).ringing == 1


def test_who_lacks_the_skill_or_the_level_is_counted_with_the_reason():
    line = queue(skills={"loans": 3}, widen_after_seconds=0)
    agent("Without")
    agent("Learner", skills={"loans": 2})
    able = agent("Able", skills={"loans": 3})
    match(after(0))
    waiting(line)
    (offer,) = match(after(1))
    assert offer.agent == able
    assert offer.decision["excluded"] == {"lacks_skill": 1, "level_too_low": 1}


def test_waiting_lowers_the_level_but_never_the_need_of_the_skill():
    line = queue(skills={"loans": 3}, widen_after_seconds=60)
    agent("Without")
    learner = agent("Learner", skills={"loans": 1})
    waiting(line, now=after(0))
    assert match(after(1)) == []
    assert QueueEntry.objects.get().look_at == after(60)
    assert match(after(60)) == []
    assert [offer.agent for offer in match(after(120))] == [learner]


def test_an_accepted_offer_makes_the_contact_the_agents():
    line, someone = queue(), agent()
    entry = waiting(line)
    match(after(1))
    segment = actions.accept(offer_id=ringing(someone).pk, agent=someone, now=after(3))
    assert (segment.agent, segment.started_at) == (someone, after(3))
    entry.refresh_from_db()
    assert (entry.state, entry.left_at) == (EntryState.ANSWERED, after(3))
    assert load(someone).open_work == {"webchat": 1}
    assert load(someone).ringing == 0
    kinds = list(Event.objects.filter(data__entry=entry.pk).order_by("id").values_list("kind", flat=True))
    assert kinds == ["queue.entered", "offer.made", "offer.accepted", "queue.left", "segment.started"]


def test_a_declined_offer_returns_to_the_front_of_its_queue_and_not_at_once_to_the_same_agent():
    line, someone = queue(), agent(available_at=after(0))
    first = waiting(line, now=after(1))
    second = waiting(line, now=after(2))
    match(after(3))
    actions.decline(offer_id=ringing(someone).pk, agent=someone, reason="language", now=after(4))
    declined = Offer.objects.get(entry=first)
    assert (declined.state, declined.reason) == (OfferState.DECLINED, "language")
    (offer,) = match(after(5))
    assert offer.entry == second
    other = agent("Other", available_at=after(6))
    assert [(offer.agent, offer.entry) for offer in match(after(6))] == [(other, first)]


def test_what_one_agent_declined_is_offered_to_them_again_when_nobody_else_came():
    line, someone = queue(), agent()
    waiting(line)
    match(after(1))
    actions.decline(offer_id=ringing(someone).pk, agent=someone, now=after(2))
    assert match(after(30)) == []
    assert [offer.agent for offer in match(after(63))] == [someone]


def test_an_offer_nobody_answers_goes_to_the_front_and_the_agent_is_not_answering():
    line, someone = queue(ring_seconds=20), agent()
    late = waiting(line, now=after(0))
    match(after(1))
    waiting(line, now=after(2), priority=late.priority)
    assert actions.expire_offers(now=after(20)) == 0
    assert actions.expire_offers(now=after(21)) == 1
    assert state_of(someone) == Presence.NOT_ANSWERING
    assert load(someone).open_work == {"webchat": 0}
    assert match(after(22)) == []
    other = agent("Other", available_at=after(23))
    assert [(offer.agent, offer.entry) for offer in match(after(23))] == [(other, late)]


def test_an_offer_that_is_over_cannot_be_accepted_and_nobody_can_take_anothers():
    line, someone, other = queue(), agent(available_at=after(0)), agent("Other", available_at=after(1))
    waiting(line, now=after(2))
    match(after(2))
    offer = ringing(someone)
    with pytest.raises(actions.NotPossible, match="not_yours"):
        actions.accept(offer_id=offer.pk, agent=other, now=after(3))
    actions.expire_offers(now=after(60))
    with pytest.raises(actions.NotPossible, match="gone"):
        actions.accept(offer_id=offer.pk, agent=someone, now=after(61))


def test_a_customer_who_leaves_while_it_rings_has_abandoned_and_the_agent_keeps_their_place():
    line, someone = queue(), agent(available_at=after(0))
    entry = waiting(line, now=after(5))
    match(after(5))
    actions.abandon(interaction=entry.interaction, now=after(8))
    entry.refresh_from_db()
    assert (entry.state, entry.left_at) == (EntryState.ABANDONED, after(8))
    assert Offer.objects.get().state == OfferState.WITHDRAWN
    assert (load(someone).ringing, load(someone).open_work, load(someone).idle_since) == (0, {"webchat": 0}, after(0))
    entry.interaction.refresh_from_db()
    assert entry.interaction.end_reason == "abandoned"


def test_several_chats_run_at_once_within_the_capacity():
    line, someone = queue(), agent(capacity={"webchat": 2})
    for _ in range(3):
        waiting(line)
    for second in (1, 2):
        match(after(second))
        actions.accept(offer_id=ringing(someone).pk, agent=someone, now=after(second))
    assert match(after(3)) == []
    assert QueueEntry.objects.filter(state=EntryState.WAITING).count() == 1


def test_a_call_takes_the_whole_agent():
    line, someone = queue(), agent(capacity={"voice": 1, "webchat": 3, "email": 5})
    talk(someone, line, channel="voice")
    waiting(line)
    assert match(after(1)) == []


def test_after_the_talk_the_wrap_up_runs_by_the_queues_rule_and_then_the_agent_is_free():
    line, someone = queue(wrap_up_seconds=10), agent(capacity={"webchat": 1})
    running = talk(someone, line)
    waiting(line, now=after(1))
    segment = actions.finish_talk(interaction=running, by=someone, now=after(100))
    assert segment.wrap_up_due_at == after(110)
    assert match(after(105)) == []
    assert actions.expire_wrap_ups(now=after(109)) == 0
    assert actions.expire_wrap_ups(now=after(110)) == 1
    assert Segment.objects.get(pk=segment.pk).wrapped_up_at == after(110)
    assert load(someone).open_work == {"webchat": 0}
    assert [offer.agent for offer in match(after(110))] == [someone]


def test_a_wrap_up_completed_twice_frees_the_agent_once():
    line, someone = queue(), agent()
    running = talk(someone, line)
    segment = actions.finish_talk(interaction=running, by=someone, now=after(10))
    for _ in range(2):
        actions.complete_wrap_up(segment_id=segment.pk, by=someone, now=after(12))
    assert load(someone).open_work == {"webchat": 0}


def test_without_wrap_up_time_the_agent_is_free_at_once():
    line, someone = queue(wrap_up_seconds=0), agent()
    segment = actions.finish_talk(interaction=talk(someone, line), by=someone, now=after(10))
    segment.refresh_from_db()
    assert segment.wrapped_up_at == after(10)


def test_practice_work_goes_only_to_those_who_practise():
    line = queue()
    agent("Real")
    learner = agent("Learner", practising=True)
    waiting(line, practice=True)
    waiting(line)
    assert {offer.agent_id: offer.entry.practice for offer in match(after(1))}[learner.pk] is True
    assert Offer.objects.filter(entry__practice=True).count() == 1
    assert Event.objects.filter(kind="offer.made", data__practice=True).count() == 1


def test_the_estimated_wait_is_honest():
    line = queue(skills={"loans": 1}, ring_seconds=20)
    unknown = actions.estimate_wait(queue=line, now=after(0))
    assert (unknown.seconds, unknown.agents_available, unknown.open) == (None, 0, True)
    someone = agent(skills={"loans": 1}, capacity={"webchat": 1})
    assert actions.estimate_wait(queue=line, now=after(0)).seconds == 10
    running = talk(someone, line, now=after(0))
    assert actions.estimate_wait(queue=line, now=after(1)).seconds is None
    actions.finish_talk(interaction=running, by=someone, now=after(280))
    actions.expire_wrap_ups(now=after(330))
    talk(someone, line, now=after(331))
    waiting(line, now=after(340))
    estimate = actions.estimate_wait(queue=line, now=after(341))
    assert (estimate.ahead, estimate.seconds) == (1, 2 * 330)


def test_the_estimated_wait_counts_only_those_who_can_serve_the_contact():
    line = queue(skills={"loans": 2}, ring_seconds=20)
    agent(skills={"loans": 3}, capacity={"webchat": 1})
    skill("arabic")
    speaks = waiting(line, skills={"arabic": 2})
    plain = actions.estimate_wait(queue=line, now=after(0))
    asked = actions.estimate_wait(queue=line, skills=speaks.skills, now=after(0))
    assert (plain.agents_available, asked.agents_available, asked.seconds) == (1, 0, None)


def test_who_needs_a_skill_that_does_not_exist_is_served_all_the_same():
    agent()
    entry = waiting(queue(), skills={"no-such-skill": 2})
    assert [offer.entry for offer in match(after(1))] == [entry]


def test_a_contact_waits_once():
    line = queue()
    someone = contact()
    first = actions.enqueue(interaction=someone, queue=line, now=after(0))
    assert actions.enqueue(interaction=someone, queue=line, now=after(1)) == first


def test_the_load_that_the_matcher_believes_is_the_truth_after_all_that_can_happen():
    line, first, second = queue(wrap_up_seconds=5), agent("First"), agent("Second")
    talks = [talk(first, line, now=after(0))]
    actions.transfer(interaction=talks[0], by=first, to_agent=second, now=after(5))
    match(after(5))
    assert broken() == []
    actions.decline(offer_id=ringing(second).pk, agent=second, now=after(6))
    waiting(line, now=after(7))
    match(after(7))
    assert broken() == []
    actions.expire_offers(now=after(60))
    actions.expire_wrap_ups(now=after(60))
    actions.sign_out(agent=second, by=None, now=after(61))
    assert broken() == []
    first.load.open_work = {"webchat": 7}
    first.load.save()
    assert broken() == ["agent_load_is_true"]


def test_a_queue_manager_sees_the_work_of_the_own_queues_only():
    from fanal.agents.models import Role
    from fanal.routing.queries import interactions_visible_to

    manager = agent("Manager", available_at=None)
    manager.role = Role.objects.create(code="manager", name="Manager", permissions=["supervise_own_queues"])
    manager.save()
    own, other = queue(), queue()
    own.managers.add(manager)
    mine = waiting(own).interaction
    waiting(other)
    assert list(interactions_visible_to(manager)) == [mine]


def broken():
    return [verdict.invariant.name for verdict in verify() if not verdict.holds]
