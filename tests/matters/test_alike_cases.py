"""Cases that are like one another: found with reasons, never a hidden one, and shown where they help."""

from datetime import timedelta

import pytest

from fanal.cases import actions as cases
from fanal.cases.actions import filing
from fanal.cases.alike import alike, matter_of
from fanal.cases.models import Case, CaseTrait
from fanal.holdings.models import Holding, Product
from fanal.interactions import actions as interactions


def opened(shop, clock, subject="The router does not start", **more) -> Case:
    given = {"type": shop.enquiry, "subject": subject, "now": clock.after(60), "by": shop.agent}
    return cases.open(**given | more)


def like(shop, clock, case, agent=None) -> list[int]:
    among = Case.objects.visible_to(agent or shop.agent)
    return [one.pk for one in alike(matter_of(case), among=among, but=case.pk, now=clock.now)]


def test_the_tenth_router_that_does_not_start_finds_the_other_nine(shop, clock):
    nine = [opened(shop, clock).pk for _ in range(9)]
    for subject in ("Invoice sent twice", "Box arrived wet", "Card is lost"):
        opened(shop, clock, subject)
    tenth = opened(shop, clock, "Router doesn't start anymore")
    assert sorted(like(shop, clock, tenth)) == nine


def test_a_case_of_another_owner_is_not_shown_to_those_who_may_not_see_it(shop, clock):
    hidden = opened(shop, clock, owner=shop.colleague)
    case = opened(shop, clock, owner=shop.agent)
    assert like(shop, clock, case) == []
    assert like(shop, clock, case, shop.supervisor) == [hidden.pk]


def test_practice_and_withdrawn_cases_are_like_nothing(shop, clock):
    case = opened(shop, clock)
    opened(shop, clock, practice=True)
    gone = opened(shop, clock)
    Case.objects.filter(pk=gone.pk).update(withdrawn_at=clock.now)
    assert like(shop, clock, case) == []


def test_what_was_settled_more_than_thirty_days_ago_is_no_longer_compared(shop, clock):
    old, lately = opened(shop, clock), opened(shop, clock)
    cases.settle(case=old, now=clock.after(1), by=shop.agent)
    clock.after(timedelta(days=31).total_seconds())
    cases.settle(case=lately, now=clock.after(1), by=shop.agent)
    assert like(shop, clock, opened(shop, clock)) == [lately.pk]


def test_what_settled_at_once_by_itself_is_not_filed_until_it_comes_up_again(shop, clock):
    done = opened(shop, clock, settled=True)
    assert not CaseTrait.objects.filter(case=done).exists()
    cases.reopen(case=done, reason="again", now=clock.after(1), by=shop.agent)
    assert like(shop, clock, opened(shop, clock)) == [done.pk]


def test_a_new_subject_is_found_by_its_new_words_alone(shop, clock):
    case = opened(shop, clock)
    cases.change(case=case, subject="Invoice sent twice", now=clock.after(1), by=shop.agent)
    assert like(shop, clock, opened(shop, clock)) == []
    assert like(shop, clock, opened(shop, clock, "Invoice twice")) == [case.pk]


def test_the_same_product_brings_cases_together_that_have_no_word_in_common(shop, clock):
    product = Product.objects.create(code="t-x", name="Box X")
    boxes = [
        Holding.objects.create(customer=who, kind="device", number=f"X{who.pk}", product=product)
        for who in (shop.customer, shop.other)
    ]
    first = opened(shop, clock, "Blinks red", holding=boxes[0])
    second = opened(shop, clock, "Dead since noon", holding=boxes[1])
    (found,) = alike(matter_of(second), among=Case.objects.all(), but=second.pk, now=clock.now)
    assert found.pk == first.pk
    assert found.likeness.reasons[0] == {"code": "same_product", "product": product.pk}


def test_one_question_is_enough(shop, clock, django_assert_num_queries):
    case = opened(shop, clock)
    opened(shop, clock)
    with django_assert_num_queries(1):
        assert len(like(shop, clock, case)) == 1


def test_every_open_case_is_filed_and_split_ones_too(shop, clock):
    case = opened(shop, clock)
    second = cases.split(case=case, subject="Cable torn", now=clock.after(1), by=shop.agent)
    assert set(CaseTrait.objects.filter(case=second).values_list("trait", flat=True)) == {"w:cable", "w:torn"}


@pytest.fixture
def desk(shop, client):
    client.force_login(shop.agent)
    return client


def test_the_page_of_a_case_shows_what_is_like_it_with_the_reasons(shop, desk, clock):
    other, case = opened(shop, clock), opened(shop, clock)
    hidden = opened(shop, clock, owner=shop.colleague)
    assert f'hx-get="/cases/{case.pk}/alike/"' in desk.get(f"/cases/{case.pk}/").content.decode()
    page = desk.get(f"/cases/{case.pk}/alike/")
    (found,) = page.context["alike"]
    assert found.pk == other.pk
    assert found.reasons == ["5 rare words in common", "Opened within an hour of it", "The same type"]
    text = page.content.decode()
    assert f"/cases/{other.pk}/" in text
    assert f"/cases/{hidden.pk}/" not in text


def test_who_opens_a_case_sees_what_is_like_it_while_they_write(shop, desk, clock):
    case = opened(shop, clock)
    said = desk.get("/cases/alike/", {"subject": "router does not", "type": shop.enquiry.pk}).content.decode()
    assert f"/cases/{case.pk}/" in said
    assert desk.get("/cases/alike/", {"subject": ""}).content.decode().strip() == ""


def test_the_right_room_shows_what_is_like_a_new_topic_of_the_contact(shop, desk, talk, clock):
    case = opened(shop, clock)
    chat = talk(customer=shop.customer, agent=shop.agent)
    interactions.add_topic(
        interaction=chat, label="Router does not start", origin="agent", now=clock.after(1), by=shop.agent
    )
    room = desk.get(f"/interactions/{chat.pk}/about/alike/")
    assert [one.pk for one in room.context["alike"]] == [case.pk]


def test_what_a_visitor_gives_as_the_topic_is_compared_before_anybody_wrote_one(shop, desk, talk, clock):
    case = opened(shop, clock)
    chat = talk(agent=shop.agent, given={"topic": "The router does not start"})
    room = desk.get(f"/interactions/{chat.pk}/about/alike/")
    assert [one.pk for one in room.context["alike"]] == [case.pk]


def test_cases_loaded_past_the_ordinary_way_are_filed_afterwards_once(shop, clock):
    given = {"type": shop.enquiry, "origin": "agent", "opened_at": clock.now, "updated_at": clock.now}
    loaded = Case.objects.create(subject="The router does not start", **given)
    assert [filing.file_open(), filing.file_open()] == [1, 0]
    assert like(shop, clock, opened(shop, clock)) == [loaded.pk]
