"""Drafts of articles: made in one click, written by one person at a time, dropped and never lost."""

import pytest
from django.utils import timezone

from fanal.cases import actions as cases
from fanal.events.models import Event
from fanal.interactions import actions as interactions
from fanal.knowledge import actions
from fanal.knowledge.models import Article
from fanal.scenarios import actions as scenarios


@pytest.fixture
def answered(shop, talk, clock):
    """A settled case about the balance in which an agent has given an answer."""
    clock.now = timezone.now()
    chat = talk(customer=shop.customer, agent=shop.agent)
    case, _topic = scenarios.open_in(
        interaction=chat, type=shop.enquiry, subject="How do I read my balance?", category=shop.balance,
        now=clock.after(1), by=shop.agent,
    )  # fmt: skip
    interactions.add_message(
        interaction=chat, author="agent", agent=shop.agent, text="Open Accounts, then Balance.", external_id="m1",
        now=clock.after(1),
    )  # fmt: skip
    return cases.settle(case=case, now=clock.after(1), by=shop.agent)


@pytest.fixture
def desk(shop, client):
    client.force_login(shop.supervisor)
    return client


def written(shop, **more) -> Article:
    given = {"title": "Reading the balance", "body": "Open it.", "language": "en", "category": None, "case": None}
    return actions.draft(**given | {"now": timezone.now(), "by": shop.agent} | more)


def test_one_click_on_a_frequent_request_drafts_an_article_with_what_settled_it(shop, desk, answered):
    (row,) = [row for row in desk.get("/frequent/").context["rows"] if row.category == "Balance"]
    tier, kind, category = row.key
    given = {"tier": tier or "", "type": kind, "category": category, "days": 1}
    page = desk.post("/frequent/article/", given, follow=True)
    made = Article.objects.get()
    assert page.context["article"] == made
    assert (made.title, made.category, made.written_by) == ("Balance", shop.balance, shop.supervisor)
    assert "- How do I read my balance?" in made.body
    assert made.body.endswith("Open Accounts, then Balance.")
    assert Event.objects.get(kind="article.drafted").data == {"article": made.pk}


def test_a_request_that_does_not_exist_makes_no_article(shop, desk, answered):
    assert desk.post("/frequent/article/", {"tier": "", "type": "9" * 30, "category": "x"}).status_code == 404
    assert not Article.objects.exists()


def test_a_ready_answer_begins_with_what_settled_the_case(shop, desk, answered):
    shop.supervisor.role.permissions += ["administer"]
    shop.supervisor.role.save()
    (row,) = [row for row in desk.get("/frequent/").context["rows"] if row.category == "Balance"]
    assert row.settled == answered.pk
    form = desk.get(f"/administration/canned-replies/new/?title=Balance&like={row.settled}").context["form"]
    assert form["text_en"].initial == "Open Accounts, then Balance."


def test_one_click_on_a_case_drafts_an_article_that_leads_back_to_it(shop, desk, answered):
    answer = desk.post(f"/cases/{answered.pk}/article/", headers={"HX-Request": "true"})
    made = Article.objects.get()
    assert answer["HX-Redirect"] == f"/articles/{made.pk}/"
    assert (made.title, made.case) == ("How do I read my balance?", answered)
    assert f"/cases/{answered.pk}/" in desk.get(f"/articles/{made.pk}/").content.decode()


def test_what_two_people_write_at_once_is_not_written_over(shop, desk):
    article = written(shop)
    mine = {"title": "Mine", "body": "a", "language": "en", "version": 1}
    assert desk.post(f"/articles/{article.pk}/", mine).status_code == 302
    theirs = desk.post(f"/articles/{article.pk}/", mine | {"title": "Theirs", "body": "what they wrote"})
    assert theirs.status_code == 422
    assert "what they wrote" in theirs.content.decode()
    article.refresh_from_db()
    assert (article.title, article.version) == ("Mine", 2)


def test_an_article_needs_a_title_and_takes_hostile_text_as_text(shop, desk):
    article = written(shop)
    assert desk.post(f"/articles/{article.pk}/", {"title": " ", "language": "en", "version": 1}).status_code == 422
    script = {"title": "<script>alert(1)</script>", "body": "</textarea><b>", "language": "ar", "version": 1}
    assert desk.post(f"/articles/{article.pk}/", script).status_code == 302
    page = desk.get("/articles/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_draft_is_dropped_and_taken_up_again_and_never_deleted(shop, desk):
    article = written(shop)
    desk.post(f"/articles/{article.pk}/dropping/")
    desk.post(f"/articles/{article.pk}/dropping/")
    assert not desk.get("/articles/").context["articles"]
    assert [one.pk for one in desk.get("/articles/?state=dropped").context["articles"]] == [article.pk]
    desk.delete(f"/articles/{article.pk}/dropping/")
    assert [one.pk for one in desk.get("/articles/").context["articles"]] == [article.pk]
    kinds = Event.objects.filter(kind__startswith="article.").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["article.drafted", "article.dropped", "article.taken_up"]


def test_a_draft_is_read_by_whoever_made_it_and_whoever_may_see_every_case(shop, client):
    article = written(shop)
    seen = {name: Article.objects.visible_to(getattr(shop, name)).exists() for name in ("agent", "colleague")}
    assert seen == {"agent": True, "colleague": False}
    assert Article.objects.visible_to(shop.supervisor).exists()
    client.force_login(shop.colleague)
    assert client.get(f"/articles/{article.pk}/").status_code == 404
