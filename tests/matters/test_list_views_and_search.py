"""Views of the list that are kept and shared, and finding cases by words of their subject."""

from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.db import connection
from django.test import Client

from fanal.cases import actions
from fanal.cases.models import Case, Category, SavedView
from fanal.cases.rules import NotPossible
from fanal.cases.tree import ways, with_parts
from fanal.desk.cases import listing, searching

BACKEND = "fanal.desk.accounts.backend.AgentBackend"


def opened(shop: Any, clock: Any, subject: str, **more: Any) -> Case:
    given = {"type": shop.enquiry, "owner": shop.agent, "by": shop.agent, "subject": subject}
    return actions.open_case(**given | {"now": clock.after(1)} | more)


def desk_of(agent: Any) -> Client:
    client = Client(headers={"HX-Request": "true"})
    client.force_login(agent, backend=BACKEND)
    return client


def found(agent: Any, clock: Any, **query: str) -> list[str]:
    asked = listing.asked(query)
    return [case.subject for case in listing.listing(agent=agent, asked=asked, now=clock.now).cases]


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        ("drain", ["Machine does not drain"]),
        ("MACHINE dra", ["Machine does not drain"]),
        ("обращ", ["Обращение о доставке"]),
        ("الطرد", ["أين الطرد"]),
        ("parcel drain", []),
        ("o'brien & | ! ( : *", ["O'Brien moves"]),
        ("&", ["O'Brien moves", "أين الطرد", "Обращение о доставке", "Machine does not drain"]),
    ],
)
def test_a_case_is_found_by_the_beginnings_of_words(shop: Any, clock: Any, text: str, subjects: list[str]) -> None:
    for subject in ("Machine does not drain", "Обращение о доставке", "أين الطرد", "O'Brien moves"):
        opened(shop, clock, subject)
    opened(shop, clock, "Machine of somebody else", owner=shop.colleague)
    assert found(shop.agent, clock, q=text) == subjects


def test_a_number_finds_its_case_and_those_that_name_it(shop: Any, clock: Any) -> None:
    first = opened(shop, clock, "Wet box")
    opened(shop, clock, f"The same as {first.number}")
    assert set(found(shop.agent, clock, q=str(first.number))) == {"Wet box", f"The same as {first.number}"}


def test_the_search_goes_on_to_the_next_page_and_with_the_other_filters(shop: Any, clock: Any) -> None:
    for _ in range(listing.ON_A_PAGE + 1):
        opened(shop, clock, "Wet box")
    opened(shop, clock, "Wet box too", type=shop.complaint)
    page = listing.listing(
        agent=shop.agent, asked=listing.asked({"q": "wet", "type": str(shop.enquiry.pk)}), now=clock.now
    )
    assert (len(page.cases), page.count) == (listing.ON_A_PAGE, listing.ON_A_PAGE + 1)
    assert "q=wet" in page.next
    shown = desk_of(shop.agent).get("/cases/?q=wet").content.decode()
    assert 'value="wet"' in shown


@pytest.mark.parametrize("newest", [10, 60, 500])
@pytest.mark.parametrize("sort", listing.SORTS)
def test_the_pages_of_a_search_have_all_once_in_order_wherever_they_were_found(
    shop: Any, clock: Any, monkeypatch: pytest.MonkeyPatch, newest: int, sort: str
) -> None:
    monkeypatch.setattr(searching, "NEWEST", newest)
    wanted = [opened(shop, clock, f"Wet box {place}", priority=place % 3 + 1) for place in range(55)]
    opened(shop, clock, "Dry box")
    opened(shop, clock, "Wet box of somebody else", owner=shop.colleague)
    rows = Case.objects.filter(pk__in=[case.pk for case in wanted]).order_by(*listing.SORTS[sort])
    found, query = [], {"q": "wet box", "sort": sort}
    while query:
        page = listing.listing(agent=shop.agent, asked=listing.asked(query), now=clock.now)
        assert page.count == 55
        found += [case.pk for case in page.cases]
        query = dict(parse_qsl(page.next))
    assert found == [case.pk for case in rows]


MANY = """
    INSERT INTO cases_case (type_id, subject, state, priority, origin, practice, opened_at, updated_at, reopened_count)
    SELECT %s, 'Case ' || n, 'open', 2, 'agent', false, %s, %s, 0 FROM generate_series(1, 5000) n
"""


def test_words_are_looked_up_in_an_index(shop: Any, clock: Any) -> None:
    opened(shop, clock, "Wet box")
    with connection.cursor() as cursor:
        cursor.execute(MANY, [shop.enquiry.pk, clock.now, clock.now])
        cursor.execute("ANALYZE cases_case")
    rows = listing.matching(agent=shop.agent, asked=listing.asked({"q": "wet", "state": "all"}), now=clock.now)
    plan = rows.order_by("-updated_at").explain()
    assert "case_subject_words" in plan


def test_a_view_is_kept_with_its_filters_and_counts_what_is_in_it(shop: Any, clock: Any) -> None:
    for _ in range(3):
        opened(shop, clock, "Wet box")
    desk = desk_of(shop.agent)
    asked = desk.get(f"/cases/views/new/?state=open&type={shop.enquiry.pk}&q=wet&nonsense=1").content.decode()
    assert f"type={shop.enquiry.pk}" in asked
    query = f"state=open&type={shop.enquiry.pk}&q=wet&nonsense=1"
    assert desk.post("/cases/views/new/", {"name": "Wet ones", "query": query, "shared": "own"}).status_code == 204
    view = SavedView.objects.get()
    assert "nonsense" not in view.query
    chips = desk.get("/cases/views/").content.decode()
    assert "Wet ones" in chips
    assert '<bdi class="num soft">3</bdi>' in chips
    desk.post("/cases/views/new/", {"name": "Wet ones", "query": "state=all", "shared": "own"})
    assert SavedView.objects.get().query == "state=all&sort=latest"
    assert desk_of(shop.colleague).delete(f"/cases/views/{view.pk}/").status_code == 404
    assert desk.delete(f"/cases/views/{view.pk}/").status_code == 204
    assert not SavedView.objects.exists()


def test_a_badge_counts_no_further_than_it_shows(shop: Any, clock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "COUNTED_IN_A_VIEW", 2)
    for _ in range(5):
        opened(shop, clock, "Wet box")
    actions.save_view(name="Wet", query="q=wet", now=clock.now, by=shop.agent)
    assert '<bdi class="num soft">2+</bdi>' in desk_of(shop.agent).get("/cases/views/").content.decode()


def test_views_are_shared_with_the_team_or_by_supervisors_with_everybody(shop: Any, clock: Any) -> None:
    shop.masked.team = shop.team
    shop.masked.save()
    actions.save_view(name="Of the team", query="", shared="team", now=clock.now, by=shop.agent)
    actions.save_view(name="Of all", query="", shared="all", now=clock.now, by=shop.supervisor)
    actions.save_view(name="Mine", query="", now=clock.now, by=shop.agent)

    def names(agent: Any) -> set[str]:
        return set(SavedView.objects.visible_to(agent).values_list("name", flat=True))

    assert names(shop.agent) == {"Of the team", "Of all", "Mine"}
    assert names(shop.masked) == {"Of the team", "Of all"}
    assert names(shop.colleague) == {"Of all"}
    for shared, by, why in (("all", shop.agent, "view_not_shared"), ("team", shop.colleague, "view_no_team")):
        with pytest.raises(NotPossible, match=why):
            actions.save_view(name="No", query="", shared=shared, now=clock.now, by=by)
    assert 'value="all"' not in desk_of(shop.agent).get("/cases/views/new/").content.decode()


def test_a_category_means_what_is_part_of_it_too(shop: Any, clock: Any) -> None:
    orders = Category.objects.create(code="t-all-orders", name="Orders")
    late = Category.objects.create(code="t-late", name="Late", parent=orders)
    lost = Category.objects.create(code="t-lost", name="Lost", parent=late)
    for subject, category in (("One", orders), ("Two", late), ("Three", lost), ("Four", shop.balance)):
        opened(shop, clock, subject, category=category)
    assert found(shop.agent, clock, category=str(orders.pk)) == ["Three", "Two", "One"]
    assert found(shop.agent, clock, category=str(late.pk)) == ["Three", "Two"]
    dialog = desk_of(shop.agent).get("/cases/new/").content.decode()
    assert "Orders › Late › Lost" in dialog


def test_a_tree_that_bites_its_tail_still_has_an_end(shop: Any, clock: Any) -> None:
    one = Category.objects.create(code="t-one", name="One")
    two = Category.objects.create(code="t-two", name="Two", parent=one)
    Category.objects.filter(pk=one.pk).update(parent=two)
    assert with_parts(one.pk) == [one.pk, two.pk]
    assert len(ways()) == Category.objects.count()


def kept(agent: Any, clock: Any, *names: str, **more: Any) -> list[SavedView]:
    return [actions.save_view(name=name, query=f"q={name.lower()}", now=clock.now, by=agent, **more) for name in names]


def order_for(agent: Any) -> list[str]:
    return [view.name for view in SavedView.objects.visible_to(agent).placed_for(agent)]


def test_each_puts_their_own_and_shared_views_in_the_order_they_want(shop: Any, clock: Any) -> None:
    kept(shop.agent, clock, "Ada", "Bea")
    (shared,) = kept(shop.supervisor, clock, "Of all", shared="all")
    desk = desk_of(shop.agent)
    assert order_for(shop.agent) == ["Ada", "Bea", "Of all"]
    assert desk.post("/cases/views/arranging/", {"up": shared.pk}).status_code == 200
    assert order_for(shop.agent) == ["Ada", "Of all", "Bea"]
    for _ in range(5):
        desk.post("/cases/views/arranging/", {"down": shared.pk})
    assert order_for(shop.agent) == ["Ada", "Bea", "Of all"]
    assert order_for(shop.supervisor) == ["Of all"]
    (hidden,) = kept(shop.colleague, clock, "Hidden")
    assert desk.post("/cases/views/arranging/", {"up": hidden.pk}).status_code == 404


def test_the_list_opens_with_the_view_that_somebody_wants_and_with_what_is_asked_for_otherwise(
    shop: Any, clock: Any
) -> None:
    opened(shop, clock, "Wet box")
    opened(shop, clock, "Dark lamp")
    (wet,) = kept(shop.agent, clock, "Wet")
    desk = desk_of(shop.agent)
    assert "Dark lamp" in desk.get("/cases/").content.decode()
    desk.post("/cases/views/arranging/", {"opens": wet.pk})
    first = desk.get("/cases/").content.decode()
    assert "Wet box" in first
    assert "Dark lamp" not in first
    assert "Dark lamp" in desk.get("/cases/?state=open").content.decode()
    assert "Opens first" in desk.get("/cases/views/arranging/").content.decode()
    chips = desk.get("/cases/views/?state=open&q=wet").content.decode()
    assert 'aria-current="page"' in chips
    desk.post("/cases/views/arranging/", {"opens_not": wet.pk})
    assert "Dark lamp" in desk.get("/cases/").content.decode()


def test_a_view_is_renamed_and_shared_by_whoever_keeps_it(shop: Any, clock: Any) -> None:
    wet, dry = kept(shop.agent, clock, "Wet", "Dry")
    desk = desk_of(shop.agent)
    assert 'value="Wet"' in desk.get(f"/cases/views/{wet.pk}/").content.decode()
    taken = desk.post(f"/cases/views/{wet.pk}/", {"name": "Dry", "shared": "own"})
    assert taken.status_code == 422
    assert "You have a view of this name already." in taken.content.decode()
    assert desk.post(f"/cases/views/{wet.pk}/", {"name": "Very wet", "shared": "team"}).status_code == 204
    wet.refresh_from_db()
    assert (wet.name, wet.shared, wet.team, wet.query) == ("Very wet", "team", shop.team, "q=wet")
    assert desk_of(shop.colleague).get(f"/cases/views/{dry.pk}/").status_code == 404
    with pytest.raises(NotPossible, match="view_not_shared"):
        actions.change_view(view=wet, name="Wet", shared="all", now=clock.now, by=shop.agent)


def test_views_are_in_the_menu_of_every_page_and_among_the_commands_with_their_numbers(shop: Any, clock: Any) -> None:
    opened(shop, clock, "Wet box")
    kept(shop.agent, clock, "Wet")
    page = Client()
    page.force_login(shop.agent, backend=BACKEND)
    assert 'data-commands-url="/cases/views/menu/"' in page.get("/customers/").content.decode()
    shown = desk_of(shop.agent).get("/cases/views/menu/").content.decode()
    assert "/cases/?q=wet" in shown
    assert '<bdi class="num soft end">1</bdi>' in shown
    commands = page.get("/cases/views/menu/", headers={"Accept": "application/json"}).json()
    assert commands == {"commands": [{"label": "Wet", "group": "Views", "note": "1", "url": "/cases/?q=wet"}]}
