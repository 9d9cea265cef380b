"""What people are told: called by name, following, given a case; and that it is read when the case is opened."""

from typing import Any

import pytest
from django.test import Client

from fanal.agents.models import Agent
from fanal.cases import actions
from fanal.cases.actions import notices
from fanal.cases.models import Case, CaseFollower, Notice
from fanal.cases.rules import NotPossible
from fanal.events.models import Event

BACKEND = "fanal.desk.accounts.backend.AgentBackend"


@pytest.fixture
def case(shop: Any, clock: Any) -> Case:
    return actions.open_case(type=shop.enquiry, subject="No light", owner=shop.agent, now=clock.now, by=shop.agent)


def desk_of(agent: Any) -> Client:
    client = Client(headers={"HX-Request": "true"})
    client.force_login(agent, backend=BACKEND)
    return client


def kinds(agent: Any) -> list[str]:
    return list(Notice.objects.filter(agent=agent, read_at=None).order_by("pk").values_list("kind", flat=True))


def test_whoever_is_called_by_name_is_told_and_follows(shop: Any, clock: Any, case: Case) -> None:
    actions.add_note(case=case, text="@Chen please look", now=clock.after(1), by=shop.agent)
    assert kinds(shop.supervisor) == ["mentioned"]
    assert CaseFollower.objects.filter(case=case, agent=shop.supervisor).exists()
    told = Event.objects.get(kind="notice.made")
    assert told.audience == [f"agent:{shop.supervisor.pk}"]
    assert told.data == {"what": "mentioned", "about": case.pk}


def test_whoever_may_not_see_the_case_is_not_told_and_the_desk_says_so(shop: Any, case: Case) -> None:
    answer = desk_of(shop.agent).post(f"/cases/{case.pk}/notes/", {"text": "@Boris look"})
    assert answer.status_code == 200
    assert "Boris may not see this case" in answer["HX-Trigger"]
    assert kinds(shop.colleague) == []
    assert not CaseFollower.objects.exists()


def test_followers_and_the_owner_hear_of_notes_and_of_the_end_but_not_of_their_own(
    shop: Any, clock: Any, case: Case
) -> None:
    actions.follow(case=case, agent=shop.supervisor, now=clock.now, by=shop.supervisor)
    actions.add_note(case=case, text="Asked the carrier.", now=clock.after(1), by=shop.supervisor)
    assert (kinds(shop.agent), kinds(shop.supervisor)) == (["noted"], [])
    actions.settle(case=case, note="Done", now=clock.after(1), by=shop.agent)
    assert kinds(shop.supervisor) == ["settled"]
    actions.reopen(case=case, reason="Again", now=clock.after(1), by=shop.agent)
    assert kinds(shop.supervisor) == ["settled", "reopened"]


def test_a_case_that_is_given_to_somebody_is_told_to_them(shop: Any, clock: Any, case: Case) -> None:
    actions.assign(case=case, owner=shop.colleague, now=clock.after(1), by=shop.agent)
    assert kinds(shop.colleague) == ["given"]
    actions.assign(case=case, owner=shop.supervisor, now=clock.after(1), by=shop.supervisor)
    assert kinds(shop.supervisor) == []


def test_the_same_is_told_once_until_it_is_read(shop: Any, clock: Any, case: Case) -> None:
    for _time in range(3):
        notices.tell(agents=[shop.agent], kind="noted", case=case, by=shop.supervisor, now=clock.after(1))
    assert kinds(shop.agent) == ["noted"]
    assert Notice.objects.get().at == clock.now
    notices.read(agent=shop.agent, case=case, now=clock.after(1))
    notices.tell(agents=[shop.agent], kind="noted", case=case, by=None, now=clock.after(1))
    assert Notice.objects.count() == 2


def test_opening_the_case_reads_what_was_told_of_it(shop: Any, clock: Any, case: Case) -> None:
    notices.tell(agents=[shop.agent], kind="noted", case=case, by=shop.supervisor, now=clock.now)
    desk = desk_of(shop.agent)
    assert "1<span" in desk.get("/notices/number/").content.decode()
    shown = desk.get("/notices/").content.decode()
    assert "A new note" in shown
    assert f"/cases/{case.pk}/" in shown
    desk.post(f"/cases/{case.pk}/viewers/", {"text": ""})
    assert kinds(shop.agent) == []
    assert desk.get("/notices/number/").content.decode().strip() == ""


def test_a_notice_of_a_case_that_went_elsewhere_is_no_longer_shown(shop: Any, clock: Any, case: Case) -> None:
    notices.tell(agents=[shop.agent], kind="noted", case=case, by=shop.supervisor, now=clock.now)
    Case.objects.filter(pk=case.pk).update(owner=shop.colleague, team=None)
    assert "No light" not in desk_of(shop.agent).get("/notices/").content.decode()


def test_nobody_follows_what_they_may_not_see(shop: Any, clock: Any, case: Case) -> None:
    with pytest.raises(NotPossible, match="follower_sees_not"):
        actions.follow(case=case, agent=shop.colleague, now=clock.now, by=shop.agent)


def test_a_name_that_was_begun_finds_colleagues(shop: Any, case: Case) -> None:
    answer = desk_of(shop.agent).get(f"/cases/{case.pk}/colleagues/?q=ch").content.decode()
    assert 'data-name="Chen"' in answer
    assert "Boris" not in answer
    assert "role" not in desk_of(shop.agent).get(f"/cases/{case.pk}/colleagues/?q=").content.decode()


def test_following_and_letting_others_follow_on_the_page(shop: Any, case: Case) -> None:
    desk = desk_of(shop.agent)
    assert "Nobody but the owner" in desk.get(f"/cases/{case.pk}/together/").content.decode()
    assert "Stop following" in desk.post(f"/cases/{case.pk}/following/").content.decode()
    assert "Stop following" not in desk.delete(f"/cases/{case.pk}/following/").content.decode()
    assert "Chen" in desk.post(f"/cases/{case.pk}/followers/", {"agent": shop.supervisor.pk}).content.decode()
    assert desk.post(f"/cases/{case.pk}/followers/", {"agent": shop.colleague.pk}).status_code == 422
    gone = desk.delete(f"/cases/{case.pk}/followers/?agent={shop.supervisor.pk}")
    assert "Nobody but the owner" in gone.content.decode()


def test_a_typed_name_calls_and_one_that_may_be_several_people_calls_nobody_and_is_said(shop: Any, case: Case) -> None:
    Agent.objects.filter(pk=shop.supervisor.pk).update(name="Chen Wu")
    desk = desk_of(shop.agent)
    desk.post(f"/cases/{case.pk}/notes/", {"text": "@chen, please look"})
    assert kinds(shop.supervisor) == ["mentioned"]
    Notice.objects.all().delete()
    CaseFollower.objects.all().delete()
    twin = Agent.objects.create_user("chen2@t.example", "x", name="Chen Wu", role=shop.supervisor.role)
    answer = desk.post(f"/cases/{case.pk}/notes/", {"text": "@Chen Wu, please look"})
    assert "@Chen Wu may be several people" in answer["HX-Trigger"]
    assert (kinds(shop.supervisor), kinds(twin)) == ([], [])
    offered = desk.get(f"/cases/{case.pk}/colleagues/?q=chen").content.decode()
    assert 'data-name="Chen Wu (chen2)"' in offered
    desk.post(f"/cases/{case.pk}/notes/", {"text": "@Chen Wu (chen2), please look"})
    assert (kinds(shop.supervisor), kinds(twin)) == ([], ["mentioned"])
