"""The pages of cases: what is listed, what is shown, what can be done, and by whom."""

import json
from datetime import timedelta

import pytest

from fanal.cases import actions as cases
from fanal.cases.models import Case
from fanal.interactions import actions as interactions
from fanal.scenarios import actions as scenarios

HTMX = {"HX-Request": "true"}


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


@pytest.fixture
def desk(shop, client):
    client.force_login(shop.agent)
    return client


def listed(client, query: str = "") -> list[str]:
    return [case.subject for case in client.get(f"/cases/?{query}").context["listing"].cases]


def test_the_list_shows_what_is_open_and_to_be_seen_latest_first(shop, desk, clock):
    opened(shop, clock, subject="first")
    opened(shop, clock, subject="mine", owner=shop.agent)
    opened(shop, clock, subject="theirs", owner=shop.colleague)
    opened(shop, clock, subject="done", settled=True)
    assert listed(desk) == ["mine", "first"]
    assert listed(desk, "owner=me") == ["mine"]
    assert listed(desk, "state=settled") == ["done"]
    desk.force_login(shop.supervisor)
    assert listed(desk, "state=all") == ["done", "theirs", "mine", "first"]


def test_the_list_is_filtered_by_what_a_case_is(shop, desk, clock):
    opened(shop, clock, subject="urgent", priority=4, category=shop.balance)
    opened(shop, clock, subject="grievance", type=shop.complaint, customer=shop.other)
    assert listed(desk, "priority=4") == ["urgent"]
    assert listed(desk, f"type={shop.complaint.pk}") == ["grievance"]
    assert listed(desk, f"category={shop.balance.pk}") == ["urgent"]
    assert listed(desk, f"customer={shop.other.pk}") == ["grievance"]
    assert listed(desk, "sort=urgent") == ["urgent", "grievance"]
    assert listed(desk, "sort=longest") == ["urgent", "grievance"]


@pytest.mark.parametrize(
    "query", ["priority=x", "state=%00", "owner=%27", "after=forged", "type=99999999999999999999", "sort=-"]
)
def test_nonsense_in_the_address_is_as_if_it_were_not_there(shop, desk, clock, query):
    opened(shop, clock)
    assert listed(desk, query) == ["Wet box"]


@pytest.mark.parametrize("sort", ["latest", "longest", "urgent"])
def test_walking_through_the_pages_meets_every_case_once(shop, desk, clock, sort):
    for number in range(120):
        opened(
            shop, clock, subject=str(number), priority=1 + number % 4, now=clock.now + timedelta(seconds=number // 7)
        )
    seen, query = [], f"sort={sort}"
    while query:
        page = desk.get(f"/cases/?{query}").context["listing"]
        seen += [case.subject for case in page.cases]
        query = page.next
    assert sorted(seen, key=int) == [str(number) for number in range(120)]


def test_more_than_a_thousand_cases_are_not_counted_off(shop, desk, clock):
    Case.objects.bulk_create(
        Case(type=shop.enquiry, subject="many", origin="agent", opened_at=clock.now, updated_at=clock.now)
        for _ in range(1005)
    )
    listing = desk.get("/cases/").context["listing"]
    assert (listing.count, listing.more, len(listing.cases)) == (1000, True, 50)


def test_the_list_takes_few_queries_however_many_cases_there_are(shop, desk, clock, django_assert_max_num_queries):
    for number in range(60):
        opened(shop, clock, subject=str(number), owner=shop.agent, category=shop.balance)
    with django_assert_max_num_queries(8):  # two of them for the state of whoever looks, and what they may choose
        desk.get("/cases/")


def test_a_number_leads_to_its_case_and_a_foreign_one_nowhere(shop, desk, clock):
    case = opened(shop, clock)
    hidden = opened(shop, clock, owner=shop.colleague)
    assert desk.get(f"/cases/?number={case.number}").headers["Location"] == f"/cases/{case.pk}/"
    assert desk.get(f"/cases/?number={hidden.number}").headers["Location"] == "/cases/"
    assert desk.get(f"/cases/{hidden.pk}/").status_code == 404


def test_the_history_begins_with_the_contact_and_tells_every_change_from_and_to(shop, desk, talk, clock):
    chat = talk(customer=shop.customer, agent=shop.agent)
    interactions.add_message(interaction=chat, author="customer", text="It is wet", external_id="1", now=clock.after(1))
    case, _ = scenarios.open_in(
        interaction=chat, type=shop.enquiry, subject="Wet box", now=clock.after(5), by=shop.agent
    )
    cases.change(case=case, priority=4, now=clock.after(1), by=shop.supervisor)
    cases.add_note(case=case, text="Photo <b>asked</b>", now=clock.after(1), by=shop.agent)
    cases.settle(case=case, now=clock.after(1), by=shop.agent)
    cases.reopen(case=case, reason="Wet again", now=clock.after(1), by=shop.colleague)
    cases.change(case=case, subject="Two wet boxes", now=clock.after(1), by=shop.agent)
    page = desk.get(f"/cases/{case.pk}/")
    entries = page.context["history"].entries
    assert [entry.kind for entry in entries] == [
        "interaction",
        "opened",
        "changed",
        "note",
        "settled",
        "note",
        "reopened",
        "changed",
    ]
    assert entries[0].topic == chat.topics.get(case=case).pk
    assert (entries[2].by, entries[2].changes[0].before, entries[2].changes[0].after) == (
        shop.supervisor.name,
        "Normal",
        "Urgent",
    )
    assert (entries[7].changes[0].before, entries[7].changes[0].after) == ("Wet box", "Two wet boxes")
    assert "Photo &lt;b&gt;asked&lt;/b&gt;" in page.content.decode()


def test_a_case_that_made_itself_tells_the_action_and_is_settled_at_once(shop, desk, talk, clock):
    chat = talk(customer=shop.customer, agent=shop.agent)
    record = scenarios.perform(
        action="refresh_balance", target=shop.account, interaction=chat, by=shop.agent, now=clock.after(9)
    )
    entries = desk.get(f"/cases/{record.case_id}/").context["history"].entries
    assert [(entry.kind, entry.origin, entry.at_once) for entry in entries] == [
        ("interaction", "", False),
        ("opened", "rule", False),
        ("action", "", False),
        ("settled", "", True),
    ]


def test_a_long_history_comes_in_pages(shop, desk, clock):
    case = opened(shop, clock)
    for number in range(70):
        cases.add_note(case=case, text=f"note {number}", now=clock.after(1), by=shop.agent)
    first = desk.get(f"/cases/{case.pk}/").context["history"]
    assert (len(first.entries), first.next) == (50, 50)
    rest = desk.get(f"/cases/{case.pk}/history/?from=50", headers=HTMX).context["history"]
    assert ([entry.text for entry in rest.entries][-1], rest.next) == ("note 69", None)


def test_a_case_takes_few_queries_however_much_happened(shop, desk, talk, clock, django_assert_max_num_queries):
    case = opened(shop, clock, order=shop.order, holding=shop.device, category=shop.balance)
    for number in range(15):
        scenarios.link_in(interaction=talk(customer=shop.customer), case=case, now=clock.after(1), by=shop.agent)
        cases.add_note(case=case, text="x", now=clock.after(1), by=shop.agent)
        cases.change(case=case, priority=1 + number % 4, now=clock.after(1), by=shop.agent)
    with django_assert_max_num_queries(19):  # two of them for the state of whoever looks
        desk.get(f"/cases/{case.pk}/")


def test_a_balance_and_an_address_are_hidden_from_a_role_that_may_not_see_them(shop, client, clock):
    case = opened(shop, clock, holding=shop.account, order=shop.order)
    client.force_login(shop.masked)
    page = client.get(f"/cases/{case.pk}/").content.decode()
    assert "12.50" not in page
    assert "rue Basse" not in page
    assert "+33612345678" not in page
    client.force_login(shop.agent)
    page = client.get(f"/cases/{case.pk}/").content.decode()
    assert "12.50" in page
    assert "rue Basse" in page


def test_settling_and_reopening_through_the_page(shop, desk, clock):
    case = opened(shop, clock)
    assert "dialog" in desk.get(f"/cases/{case.pk}/settlement/", headers=HTMX).content.decode()
    answer = desk.post(f"/cases/{case.pk}/settlement/", {"note": ""}, headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (200, "#case")
    assert "fanal:close-dialog" in json.loads(answer.headers["HX-Trigger"])
    empty = desk.post(f"/cases/{case.pk}/reopening/", {"reason": ""}, headers=HTMX)
    assert empty.status_code == 422
    assert desk.post(f"/cases/{case.pk}/reopening/", {"reason": "Again"}).headers["Location"] == f"/cases/{case.pk}/"
    case.refresh_from_db()
    assert (case.state, case.reopened_count) == ("open", 1)


def test_everything_else_that_is_done_with_a_case_through_the_page(shop, desk, talk, clock):
    chat = talk(customer=shop.customer, agent=shop.agent)
    answer = desk.post(
        f"/cases/?customer={shop.customer.pk}", {"subject": "New", "type": shop.enquiry.pk, "priority": "2"}
    )
    case = Case.objects.get()
    assert answer.headers["Location"] == f"/cases/{case.pk}/"
    assert (case.customer, case.owner) == (shop.customer, shop.agent)
    at = f"/cases/{case.pk}/"
    told = {
        "notes": {"text": "Called back"},
        "details": {"subject": "Newer", "type": shop.complaint.pk, "category": shop.balance.pk, "priority": "4"},
        "contacts": {"interaction": chat.pk},
        "waiting": {},
    }
    for noun, data in told.items():
        assert desk.post(f"{at}{noun}/", data, headers=HTMX).status_code == 200, noun
    assert desk.delete(f"{at}waiting/", headers=HTMX).status_code == 200
    assert desk.delete(f"{at}owner/", headers=HTMX).status_code == 200
    case.refresh_from_db()
    assert (case.subject, case.priority, case.owner, case.notes.count()) == ("Newer", 4, None, 1)
    assert desk.post(f"{at}owner/", {"take": "1"}, headers=HTMX).status_code == 200
    assert (
        desk.post(f"{at}parts/", {"subject": "Half", "notes": [case.notes.get().pk]}, headers=HTMX).status_code == 200
    )
    half = Case.objects.get(split_from=case)
    assert (half.subject, half.notes.count(), half.topics.get().interaction) == ("Half", 1, chat)
    given = desk.post(f"{at}owner/", {"owner": shop.colleague.pk}, headers=HTMX)
    assert given.headers["HX-Redirect"] == "/cases/"  # it is another's now, and no longer to be seen
    case.refresh_from_db()
    assert case.owner == shop.colleague


@pytest.mark.parametrize("noun", ["settlement", "reopening", "details", "owner", "parts", "contacts"])
def test_every_dialog_opens_and_is_also_a_page_without_scripts(shop, desk, clock, noun):
    case = opened(shop, clock)
    assert "<dialog" in desk.get(f"/cases/{case.pk}/{noun}/", headers=HTMX).content.decode()
    assert "<html" in desk.get(f"/cases/{case.pk}/{noun}/").content.decode()


def test_an_empty_note_is_refused_with_a_sentence(shop, desk, clock):
    answer = desk.post(f"/cases/{opened(shop, clock).pk}/notes/", {"text": " "}, headers=HTMX)
    assert (answer.status_code, answer.headers["Content-Type"]) == (409, "text/plain; charset=utf-8")
    assert "empty" in answer.content.decode()


def test_a_case_cannot_be_deleted_by_any_address(shop, desk, clock):
    case = opened(shop, clock)
    assert desk.delete(f"/cases/{case.pk}/").status_code == 405
    assert desk.delete("/cases/").status_code == 405
    assert Case.objects.count() == 1


def test_a_stranger_signs_in_first_and_a_role_without_cases_is_turned_away(shop, client, clock):
    case = opened(shop, clock)
    assert client.get(f"/cases/{case.pk}/").status_code == 302
    assert client.get("/cases/", headers=HTMX).status_code == 401
    client.force_login(shop.reader)
    assert client.get("/cases/").status_code == 403
    assert client.post(f"/cases/{case.pk}/notes/", {"text": "x"}).status_code == 403


def test_what_was_said_is_read_only_by_those_who_may_see_the_contact(shop, desk, talk, clock):
    chat = talk(agent=shop.agent)
    interactions.add_message(
        interaction=chat, author="customer", text="secret words", external_id="1", now=clock.after(1)
    )
    case, topic = scenarios.open_in(
        interaction=chat, type=shop.enquiry, subject="Wet", owner=None, now=clock.after(1), by=shop.agent
    )
    address = f"/cases/{case.pk}/contacts/{topic.pk}/"
    assert "secret words" in desk.get(address, headers=HTMX).content.decode()
    desk.force_login(shop.colleague)
    assert desk.get(address, headers=HTMX).status_code == 404
    assert "no part in this contact" in desk.get(f"/cases/{case.pk}/").content.decode()


def test_a_colleague_with_the_case_open_is_marked(shop, desk, clock):
    case = opened(shop, clock)
    desk.post(f"/cases/{case.pk}/viewers/", {"text": "I wri"}, headers=HTMX)
    desk.force_login(shop.colleague)
    assert "is writing" in desk.post(f"/cases/{case.pk}/viewers/", headers=HTMX).content.decode()
    desk.force_login(shop.agent)
    assert desk.delete(f"/cases/{case.pk}/viewers/").status_code == 204
    desk.force_login(shop.colleague)
    assert "is writing" not in desk.get(f"/cases/{case.pk}/viewers/", headers=HTMX).content.decode()


def test_a_case_that_is_nobodys_goes_to_the_person_found_and_back(shop, desk, clock):
    case = opened(shop, clock, customer=None)
    assert "<dialog" in desk.get(f"/cases/{case.pk}/customer/", headers=HTMX).content.decode()
    assert desk.get(f"/cases/{case.pk}/customer/?q=Ok", headers=HTMX).status_code == 200
    attached = desk.post(f"/cases/{case.pk}/customer/", {"customer": shop.customer.pk}, headers=HTMX)
    case.refresh_from_db()
    assert (attached.status_code, case.customer) == (200, shop.customer)
    assert desk.post(f"/cases/{case.pk}/customer/", {"customer": "x"}, headers=HTMX).status_code == 404
    desk.delete(f"/cases/{case.pk}/customer/", headers=HTMX)
    case.refresh_from_db()
    assert case.customer is None
    (there, back) = desk.get(f"/cases/{case.pk}/").context["history"].entries[1:]
    assert [(entry.changes[0].before, entry.changes[0].after) for entry in (there, back)] == [
        ("", "Ines Okafor"),
        ("Ines Okafor", ""),
    ]
