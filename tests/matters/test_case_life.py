"""The life of a case: opened, noted, split, settled, reopened, withdrawn; seen by colleagues; never deleted."""

from datetime import timedelta

import pytest

from fanal.cases import actions as cases
from fanal.cases.models import Case
from fanal.cases.rules import NotPossible
from fanal.events.models import Event
from fanal.scenarios import actions as scenarios


def opened(shop, clock, **more) -> Case:
    return cases.open(
        **{
            "type": shop.enquiry,
            "subject": "Wet box",
            "customer": shop.customer,
            "now": clock.after(1),
            "by": shop.agent,
        }
        | more
    )


def kinds(case: Case) -> list[str]:
    return list(Event.objects.filter(data__case=case.pk).order_by("id").values_list("kind", flat=True))


def test_an_opened_case_has_a_number_the_priority_and_the_tier_of_its_type(shop, clock):
    case = opened(shop, clock, type=shop.complaint)
    assert case.number > 0
    assert (case.priority, case.state, case.opened_at) == (3, "open", clock.now)
    assert opened(shop, clock).tier == shop.tier


def test_a_case_opened_in_a_contact_is_a_topic_of_it_and_goes_to_its_customer(shop, talk, clock):
    chat = talk(customer=shop.customer, agent=shop.agent)
    case, topic = scenarios.open_in(
        interaction=chat, type=shop.enquiry, subject="Wet box", now=clock.now, by=shop.agent
    )
    assert (case.customer, case.owner, topic.case, topic.interaction) == (shop.customer, shop.agent, case, chat)
    assert Event.objects.get(kind="case.opened").data["interaction"] == chat.pk


def test_one_contact_serves_any_number_of_cases_and_one_case_any_number_of_contacts(shop, talk, clock):
    first, second = (talk(customer=shop.customer, agent=shop.agent) for _ in range(2))
    made = [opened(shop, clock) for _ in range(3)]
    for case in made:
        scenarios.link_in(interaction=first, case=case, now=clock.now, by=shop.agent)
    scenarios.link_in(interaction=second, case=made[0], now=clock.now, by=shop.agent)
    scenarios.link_in(interaction=second, case=made[0], now=clock.now, by=shop.agent)
    assert first.topics.count() == 3
    assert [topic.interaction for topic in scenarios.topics_of(made[0])] == [first, second]


def test_a_case_that_is_nobodys_becomes_the_customers_when_it_is_linked(shop, talk, clock):
    case = opened(shop, clock, customer=None)
    scenarios.link_in(interaction=talk(customer=shop.customer), case=case, now=clock.now, by=shop.agent)
    case.refresh_from_db()
    assert case.customer == shop.customer


def test_settling_twice_is_settling_once(shop, clock):
    case = opened(shop, clock)
    first = cases.settle(case=case, note="Sent a new one.", now=clock.after(60), by=shop.agent)
    again = cases.settle(case=case, note="Again", now=clock.after(60), by=shop.colleague)
    assert first.settled_at == again.settled_at
    assert [note.text for note in case.notes.all()] == ["Sent a new one."]
    assert kinds(case) == ["case.opened", "case.settled"]


def test_a_reopened_case_is_counted_and_keeps_the_reason(shop, clock):
    case = cases.settle(case=opened(shop, clock), now=clock.after(1), by=shop.agent)
    with pytest.raises(NotPossible, match="reason_missing"):
        cases.reopen(case=case, reason=" ", now=clock.now, by=shop.agent)
    case = cases.reopen(case=case, reason="Wet again", now=clock.after(1), by=shop.colleague)
    assert (case.state, case.reopened_count, case.settled_at) == ("open", 1, None)
    assert case.notes.get().text == "Wet again"
    assert cases.reopen(case=case, reason="x", now=clock.now, by=shop.agent).reopened_count == 1


def test_a_change_tells_from_what_to_what_in_ids_and_never_the_subject(shop, clock):
    case = opened(shop, clock)
    cases.change(case=case, priority=4, category=shop.balance, subject="Dry box", now=clock.after(1), by=shop.agent)
    changes = Event.objects.get(kind="case.changed").data["changes"]
    assert changes == {"priority": [2, 4], "category": [None, shop.balance.pk], "subject": []}


def test_a_change_to_the_same_value_is_no_change(shop, clock):
    case = opened(shop, clock)
    updated = case.updated_at
    cases.change(case=case, priority=2, subject="Wet box", now=clock.after(1), by=shop.agent)
    case.refresh_from_db()
    assert case.updated_at == updated
    assert kinds(case) == ["case.opened"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"subject": "  "}, "subject_missing"),
        ({"subject": "x" * 201}, "subject_too_long"),
        ({"priority": 9}, "priority_unknown"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(shop, clock, changes, code):
    with pytest.raises(NotPossible, match=code):
        cases.change(case=opened(shop, clock), now=clock.now, by=shop.agent, **changes)


def test_a_new_owner_brings_their_team_and_the_old_one_is_told(shop, clock):
    case = opened(shop, clock, owner=shop.colleague)
    case = cases.assign(case=case, owner=shop.agent, now=clock.after(1), by=shop.supervisor)
    assert (case.owner, case.team) == (shop.agent, shop.team)
    heard = Event.objects.get(kind="case.changed").audience
    assert {f"agent:{shop.agent.pk}", f"agent:{shop.colleague.pk}"} <= set(heard)


def test_a_case_is_not_given_to_somebody_who_has_left_or_practises(shop, clock):
    case = opened(shop, clock)
    shop.colleague.practising = True
    with pytest.raises(NotPossible, match="owner_practises"):
        cases.assign(case=case, owner=shop.colleague, now=clock.now, by=shop.agent)
    shop.colleague.is_active = False
    with pytest.raises(NotPossible, match="owner_left"):
        cases.assign(case=case, owner=shop.colleague, now=clock.now, by=shop.agent)


def test_a_split_takes_the_chosen_notes_along_and_begins_with_the_same_contact(shop, talk, clock):
    chat, later = (talk(customer=shop.customer, agent=shop.agent) for _ in range(2))
    case, _ = scenarios.open_in(
        interaction=chat, type=shop.enquiry, subject="Two things", order=shop.order, now=clock.after(1), by=shop.agent
    )
    scenarios.link_in(interaction=later, case=case, now=clock.after(1), by=shop.agent)
    stays = cases.add_note(case=case, text="stays", now=clock.after(1), by=shop.agent)
    goes = cases.add_note(case=case, text="goes", now=clock.after(1), by=shop.agent)
    second = scenarios.split_in(
        case=case, subject="The second thing", note_ids=[goes.pk], now=clock.after(1), by=shop.agent
    )
    assert (second.split_from, second.customer, second.order) == (case, shop.customer, shop.order)
    assert ([*case.notes.all()], [*second.notes.all()]) == ([stays], [goes])
    assert [topic.interaction for topic in scenarios.topics_of(second)] == [chat]


def test_only_what_made_itself_and_was_not_worked_on_can_be_withdrawn(shop, clock):
    with pytest.raises(NotPossible, match="not_made_by_itself"):
        cases.withdraw(case=opened(shop, clock), now=clock.now, by=shop.agent)
    made = opened(shop, clock, origin="rule")
    assert cases.withdraw(case=made, now=clock.now, by=shop.agent).withdrawn_at == clock.now
    for change in (cases.settle, cases.reopen):
        with pytest.raises(NotPossible, match="withdrawn"):
            change(case=made, now=clock.now, by=shop.agent, **({"reason": "x"} if change is cases.reopen else {}))


def test_there_is_no_way_to_delete_a_case():
    verbs = [name for name in cases.__all__ if "delete" in name or "remove" in name]
    assert verbs == []


def test_colleagues_who_look_at_the_same_case_see_each_other_for_45_seconds(shop, clock):
    case = opened(shop, clock)
    assert cases.look_at(case=case, agent=shop.agent, writing=True, now=clock.now) == []
    (aya,) = cases.look_at(case=case, agent=shop.colleague, now=clock.after(45))
    assert (aya.agent, aya.writing) == (shop.agent.pk, True)
    assert cases.look_at(case=case, agent=shop.colleague, now=clock.after(1)) == []


def test_closing_the_page_takes_the_mark_away(shop, clock):
    case = opened(shop, clock)
    cases.look_at(case=case, agent=shop.agent, now=clock.now)
    cases.look_away(case=case, agent=shop.agent, now=clock.now)
    assert cases.viewers(case=case, agent=shop.colleague, now=clock.now) == []


def test_a_case_of_another_team_is_not_seen_by_an_agent_but_by_a_supervisor(shop, clock):
    case = opened(shop, clock, owner=shop.agent)
    assert not Case.objects.visible_to(shop.colleague).filter(pk=case.pk).exists()
    assert Case.objects.visible_to(shop.supervisor).filter(pk=case.pk).exists()


def test_waiting_for_the_customer_is_a_state_of_an_open_case_only(shop, clock):
    case = cases.wait_for_customer(case=opened(shop, clock), waiting=True, now=clock.after(1), by=shop.agent)
    assert case.state == "pending"
    cases.settle(case=case, now=clock.after(1), by=shop.agent)
    with pytest.raises(NotPossible, match="settled"):
        cases.wait_for_customer(case=case, waiting=True, now=clock.now, by=shop.agent)
    assert case.opened_at + timedelta(seconds=1) == case.updated_at
