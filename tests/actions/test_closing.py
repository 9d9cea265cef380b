"""A queue closes or is switched off while customers still wait in it: nobody waits for nothing, and nothing is lost."""

from datetime import time, timedelta

import pytest
from routing_world import NOON, after, agent, match, queue, ringing, waiting

from fanal.cases.models import Case, CaseOrigin, CaseState
from fanal.events.models import Event
from fanal.hours.models import Calendar, OpeningPeriod
from fanal.interactions import actions as interactions
from fanal.interactions.models import Author, EndReason, Interaction
from fanal.kpis import live
from fanal.kpis.actions.figures import sight
from fanal.kpis.models import QueueStay
from fanal.routing import actions
from fanal.routing.models import AtClosing, EntryState, OfferState, Queue, QueueEntry
from tests.day import fold_all
from tests.people import an_agent

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE, AFTER = after(0), after(3600 * 6 + 5)  # the calendar closes at 18:00


def until_six():
    hours = Calendar.objects.create(code="until-six", name="Until six", zone="UTC")
    for day in range(7):
        OpeningPeriod.objects.create(calendar=hours, weekday=day, opens_at=time(8), closes_at=time(18))
    return hours


def a_customer(line, *, text="Where is my parcel?", language="en", now=BEFORE):
    entry = waiting(line, now=now)
    Interaction.objects.filter(pk=entry.interaction_id).update(language=language)
    entry.interaction.refresh_from_db()
    interactions.add_message(
        interaction=entry.interaction, author=Author.CUSTOMER, text=text, external_id="first", now=now
    )
    return entry


def test_while_the_queue_is_open_nobody_is_sent_away():
    line = queue(calendar=until_six(), at_closing=AtClosing.TELL)
    entry = a_customer(line)
    assert actions.close_queues(now=after(60)) == 0
    entry.refresh_from_db()
    assert entry.state == EntryState.WAITING


def test_who_waits_at_closing_is_still_answered_where_the_queue_says_so():
    line = queue(calendar=until_six(), at_closing=AtClosing.FINISH)
    entry = a_customer(line)
    late = agent("Late", available_at=None)
    actions.set_presence(agent=late, state="break", by=late, now=BEFORE)
    assert actions.close_queues(now=AFTER) == 0
    actions.set_presence(agent=late, state="available", by=late, now=AFTER)
    (offer,) = match(AFTER)
    assert offer.entry == entry


def test_once_everybody_has_gone_home_nobody_is_left_waiting_for_nothing():
    line = queue(calendar=until_six(), at_closing=AtClosing.FINISH)
    entry = a_customer(line)
    assert actions.close_queues(now=AFTER) == 1
    entry.refresh_from_db()
    assert (entry.state, entry.interaction.end_reason) == (EntryState.CLOSED, EndReason.CLOSED)


def test_the_overflow_queue_takes_over_and_everybody_keeps_their_place():
    night = queue("night")
    line = queue(calendar=until_six(), at_closing=AtClosing.HAND_ON, overflow_to=night)
    first, second = a_customer(line, now=BEFORE), a_customer(line, now=after(30), language="ru")
    newcomer = waiting(night, now=after(60))
    assert actions.close_queues(now=AFTER) == 2
    order = QueueEntry.objects.filter(queue=night, state=EntryState.WAITING).order_by("position_at")
    assert [one.interaction for one in order] == [first.interaction, second.interaction, newcomer.interaction]
    first.refresh_from_db()
    assert first.state == EntryState.OVERFLOWED
    assert first.interaction.messages.get(author=Author.SYSTEM).text
    assert Event.objects.filter(kind="queue.left", data__entry=first.pk, data__reason="closed").exists()


@pytest.mark.parametrize("closes", ["by the clock", "switched off"])
@pytest.mark.parametrize("at_closing", [AtClosing.HAND_ON, AtClosing.TELL])
def test_what_became_of_a_wait_is_counted_as_it_was(closes, at_closing):
    line = queue(calendar=until_six(), at_closing=at_closing, overflow_to=queue("night"))
    a_customer(line)
    Queue.objects.filter(pk=line.pk).update(active=closes == "by the clock")
    assert actions.close_queues(now=AFTER) == 1
    fold_all()
    left = dict(QueueEntry.objects.exclude(left_at=None).values_list("pk", "state"))
    assert set(left.values()) == {EntryState.OVERFLOWED if at_closing == AtClosing.HAND_ON else EntryState.CLOSED}
    assert dict(QueueStay.objects.exclude(left_at=None).values_list("pk", "outcome")) == left


def test_the_customer_is_told_the_truth_and_the_matter_waits_as_a_case_for_the_morning():
    line = queue(calendar=until_six(), at_closing=AtClosing.TELL)
    entry = a_customer(line, text="  Where is\nmy parcel?  ")
    assert actions.close_queues(now=AFTER) == 1
    entry.refresh_from_db()
    interaction = Interaction.objects.get(pk=entry.interaction_id)
    assert (entry.state, interaction.end_reason) == (EntryState.CLOSED, EndReason.CLOSED)
    case = Case.objects.get()
    assert (case.state, case.origin, case.subject) == (CaseState.OPEN, CaseOrigin.RULE, "Where is my parcel?")
    assert interaction.topics.get().case == case
    said = interaction.messages.get(author=Author.SYSTEM).text
    assert str(case.number) in said
    assert "8" in said  # when we open again
    follow_up = QueueEntry.objects.get(case=case)
    assert (follow_up.queue, follow_up.state) == (line, EntryState.WAITING)
    assert follow_up.look_at == NOON.replace(day=11, hour=8)
    assert actions.close_queues(now=AFTER) == 0


def test_the_same_customer_gets_no_second_case_for_the_same_evening():
    line = queue(calendar=until_six(), at_closing=AtClosing.TELL)
    entry = a_customer(line)
    actions.close_queues(now=AFTER)
    again = interactions.start(account=entry.interaction.account, source=entry.interaction.source, now=AFTER)
    assert actions.keep_matter(interaction=again, queue=line, now=AFTER) is None
    assert again.topics.get().case == Case.objects.get()


@pytest.mark.parametrize("language", ["ar", "fr", "ru"])
def test_it_is_said_in_the_customers_language(language):
    line = queue(calendar=until_six(), at_closing=AtClosing.TELL)
    entry = a_customer(line, language=language)
    actions.close_queues(now=AFTER)
    said = Interaction.objects.get(pk=entry.interaction_id).messages.get(author=Author.SYSTEM).text
    assert "closed" not in said
    assert str(Case.objects.get().number) in said


def test_a_queue_that_is_switched_off_keeps_nobody():
    line = queue(at_closing=AtClosing.TELL)
    chat, mail = a_customer(line), waiting(line, channel="email")
    line.active = False
    line.save(update_fields=["active"])
    assert actions.close_queues(now=after(5)) == 2
    assert not QueueEntry.objects.filter(queue=line, state=EntryState.WAITING).exists()
    assert set(Case.objects.values_list("state", flat=True)) == {CaseState.OPEN}
    assert Case.objects.count() == 2
    assert Event.objects.filter(kind="queue.left", data__reason="switched_off").count() == 2
    assert {chat.interaction_id, mail.interaction_id} == set(
        Interaction.objects.filter(end_reason=EndReason.CLOSED).values_list("pk", flat=True)
    )


def test_what_can_lie_stays_until_the_queue_opens_again():
    line = queue(calendar=until_six(), at_closing=AtClosing.TELL)
    mail = waiting(line, channel="email")
    assert actions.close_queues(now=AFTER) == 0
    mail.refresh_from_db()
    assert mail.state == EntryState.WAITING


def test_what_rings_at_closing_may_still_be_answered():
    line = queue(calendar=until_six(), at_closing=AtClosing.TELL)
    someone = agent("There")
    entry = a_customer(line)
    match(BEFORE)
    assert actions.close_queues(now=AFTER) == 0
    assert ringing(someone).state == OfferState.OPEN
    assert ringing(someone).entry == entry


@pytest.mark.parametrize("wish", [AtClosing.TELL, AtClosing.HAND_ON])
def test_what_lies_in_a_closed_queue_is_not_offered_until_it_opens(wish):
    line = queue(calendar=until_six(), at_closing=wish)
    letter = waiting(line, now=BEFORE, channel="email")
    match(BEFORE)
    someone = agent("Late", available_at=AFTER, capacity={"email": 1, "webchat": 1})
    assert match(AFTER) == []
    assert actions.close_queues(now=AFTER) == 0
    letter.refresh_from_db()
    assert letter.state == EntryState.WAITING
    opening = after(3600 * 20)  # eight in the morning
    assert letter.look_at == opening
    assert match(opening - timedelta(seconds=1)) == []
    (offer,) = match(opening)
    assert (offer.entry, offer.agent) == (letter, someone)


def test_what_lies_in_a_closed_queue_is_offered_where_those_who_wait_are_still_answered():
    line = queue(calendar=until_six(), at_closing=AtClosing.FINISH)
    letter = waiting(line, now=BEFORE, channel="email")
    agent("Late", available_at=AFTER, capacity={"email": 1})
    (offer,) = match(AFTER)
    assert offer.entry == letter


def test_what_came_in_before_a_refusal_lies_still_after_closing():
    line = queue(calendar=until_six(), at_closing=AtClosing.TELL)
    letter = waiting(line, now=BEFORE, channel="email")
    one = agent("One", capacity={"email": 1})
    match(after(3600 * 6 - 5))
    actions.decline(offer_id=ringing(one).pk, agent=one, now=AFTER)
    agent("Two", available_at=AFTER, capacity={"email": 1})
    assert match(after(3600 * 6 + 600)) == []
    letter.refresh_from_db()
    assert letter.state == EntryState.WAITING


def test_the_supervisor_sees_a_switched_off_queue_as_long_as_somebody_waits_in_it():
    line, empty = queue("still-waiting"), queue("nobody-there")
    entry = waiting(line, now=BEFORE)
    type(line).objects.filter(pk__in=[line.pk, empty.pk]).update(active=False)
    seen = sight(an_agent("supervisor"))
    shown = live.standing(seen=seen).queues
    assert [(one.name, one.waiting, one.active) for one in shown] == [("still-waiting", 1, False)]
    actions.abandon(interaction=entry.interaction, now=after(60))
    assert live.standing(seen=seen).queues == []
