"""The administrator's pages: every kind opens, saves, says what is wrong, and lets nobody lock everybody out."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from fanal.agents.models import Agent, AgentSkill, AgentState, Invitation, Permission, Role, Skill
from fanal.channels.models import ChannelAccount
from fanal.configuration import actions
from fanal.configuration.models import ConfigurationChange
from fanal.desk.administration.sheets import SHEETS
from fanal.events.models import Event
from fanal.hours.models import Calendar
from fanal.interactions.models import CannedReply, Notice
from fanal.routing.actions import set_presence
from fanal.routing.models import Queue
from tests.office.everything import a_world
from tests.office.test_sign_in import PASSWORD, sign_in, somebody
from tests.people import an_agent

pytestmark = pytest.mark.django_db
BACKEND = "fanal.desk.accounts.backend.AgentBackend"


@pytest.fixture
def admin() -> Agent:
    return an_agent("administrator")


@pytest.fixture
def office(admin: Agent) -> Client:
    client = Client()
    client.force_login(admin, backend=BACKEND)
    return client


def filled(form: Any, **more: Any) -> dict[str, Any]:
    """What a browser would send for a form that is left as it is, with some answers changed."""
    values = {}
    for field in form:
        value = field.value()
        if value is not None and value is not False:
            values[field.html_name] = value
    return {name: value for name, value in {**values, **more}.items() if value is not None}


def change(office: Client, address: str, **more: Any) -> Any:
    return office.post(address, filled(office.get(address).context["form"], **more))


def test_every_sheet_has_a_list_a_form_and_a_new_row(office: Client) -> None:
    ids = a_world().ids
    for code, sheet in SHEETS.items():
        assert office.get(f"/administration/{code}/").status_code == 200
        page = office.get(f"/administration/{code}/{ids[f'{code}:pk']}/")
        assert page.status_code == 200, code
        if sheet.can_add:
            assert office.get(f"/administration/{code}/new/").status_code == 200
            assert office.post(f"/administration/{code}/new/", {}).status_code == 422


def test_saving_a_form_as_it_is_changes_nothing(office: Client) -> None:
    ids = a_world().ids
    before = Event.objects.filter(kind="config.changed").count()
    for code in SHEETS:
        answer = change(office, f"/administration/{code}/{ids[f'{code}:pk']}/")
        assert answer.status_code == 302, (code, answer.context["form"].errors)
    changed = Event.objects.filter(kind="config.changed").values_list("data__what", flat=True)[before:]
    assert set(changed) <= {"agents"}, "only the capacity of the agent is completed"


def test_a_new_queue_gets_a_code_its_skills_and_its_managers(office: Client, admin: Agent) -> None:
    french = Skill.objects.create(code="fr", name="French")
    manager = an_agent("manager")
    before = manager.authority
    answer = change(
        office, "/administration/queues/new/", name="Second line", **{f"skill_{french.pk}": 3}, managers=[manager.pk]
    )
    assert answer.status_code == 302
    queue = Queue.objects.get(code="second-line")
    assert [(held.skill, held.level) for held in queue.skills.all()] == [(french, 3)]
    manager.refresh_from_db()
    assert manager.authority == before + 1, "the manager sees another queue, so the open stream begins anew"
    told = Event.objects.get(kind="config.changed")
    assert (told.data, told.audience, told.by) == ({"what": "queues", "id": queue.pk}, ["admins"], admin.pk)


def test_who_changed_what_is_kept(office: Client, admin: Agent) -> None:
    queue = Queue.objects.create(code="q", name="Orders")
    change(office, f"/administration/queues/{queue.pk}/", ring_seconds=45)
    kept = ConfigurationChange.objects.get()
    assert (kept.kind, kept.key, kept.by, kept.changes) == ("queues", "q", admin, {"ring_seconds": [20, 45]})
    assert b"ring_seconds" in office.get(f"/administration/queues/{queue.pk}/").content


def test_an_overflow_without_a_queue_is_refused_with_a_sentence(office: Client) -> None:
    queue = Queue.objects.create(code="q", name="Orders")
    answer = change(office, f"/administration/queues/{queue.pk}/", overflow_after_seconds=60)
    assert answer.status_code == 422
    assert "Choose the queue it overflows to" in answer.content.decode()


def test_a_week_is_written_as_people_write_it(office: Client) -> None:
    calendar = Calendar.objects.create(code="c", name="Office")
    answer = change(
        office,
        f"/administration/calendars/{calendar.pk}/",
        day_0="8:00-12:00, 13:00-18:00",
        day_6="22:00-06:00",
        special="2026-12-25 Christmas Day\n2026-12-24 08:00-13:00 Christmas Eve",
    )
    assert answer.status_code == 302
    periods = [(p.weekday, f"{p.opens_at:%H:%M}", f"{p.closes_at:%H:%M}") for p in calendar.periods.all()]
    assert periods == [(0, "08:00", "12:00"), (0, "13:00", "18:00"), (6, "22:00", "06:00")]
    days = [(str(d.on), d.name, d.opens_at is None) for d in calendar.special_days.all()]
    assert days == [("2026-12-24", "Christmas Eve", False), ("2026-12-25", "Christmas Day", True)]


@pytest.mark.parametrize(("field", "value"), [("day_0", "always"), ("day_1", "25:00-26:00"), ("special", "tomorrow")])
def test_hours_that_make_no_sense_say_how_to_write_them(office: Client, field: str, value: str) -> None:
    calendar = Calendar.objects.create(code="c", name="Office")
    answer = change(office, f"/administration/calendars/{calendar.pk}/", **{field: value})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_holidays_of_a_country_are_added_once(office: Client) -> None:
    calendar = Calendar.objects.create(code="c", name="Office")
    for _ in range(2):
        office.post(f"/administration/calendars/{calendar.pk}/holidays/", {"country": "FR", "year": 2026})
    days = {str(day.on) for day in calendar.special_days.all()}
    assert "2026-07-14" in days
    assert len(days) == calendar.special_days.count()


def test_what_is_used_stays_and_what_was_never_used_goes(office: Client) -> None:
    used, unused = (Skill.objects.create(code=code, name=code) for code in ("used", "unused"))
    AgentSkill.objects.create(agent=an_agent(), skill=used, level=1)
    for skill in (used, unused):
        office.post(f"/administration/skills/{skill.pk}/removal/")
    assert list(Skill.objects.all()) == [used]


def test_nobody_takes_the_right_to_administer_from_themselves(office: Client, admin: Agent) -> None:
    answer = change(office, f"/administration/roles/{admin.role_id}/", permissions=[Permission.HANDLE])
    assert answer.status_code == 422
    other = Role.objects.create(code="other", name="Other")
    assert change(office, f"/administration/agents/{admin.pk}/", role=other.pk).status_code == 422
    office.post(f"/administration/agents/{admin.pk}/activity/", {"active": "no"})
    admin.refresh_from_db()
    assert admin.may(Permission.ADMINISTER)


def test_a_deactivated_agent_is_signed_out_of_everything(office: Client) -> None:
    agent, browser = an_agent(), Client()
    browser.force_login(agent, backend=BACKEND)
    set_presence(agent=agent, state="available", by=agent, now=timezone.now())
    office.post(f"/administration/agents/{agent.pk}/activity/", {"active": "no"})
    assert browser.get("/").status_code == 302
    assert AgentState.objects.get(agent=agent, ended_at=None).state == "offline"
    assert Event.objects.filter(kind="rights.changed", data={"agent": agent.pk}).exists()
    office.post(f"/administration/agents/{agent.pk}/activity/", {"active": "yes"})
    agent.refresh_from_db()
    assert agent.is_active


def test_a_changed_role_takes_effect_on_the_next_request(office: Client) -> None:
    supervisor, browser = an_agent("supervisor"), Client()
    browser.force_login(supervisor, backend=BACKEND)
    assert browser.get("/queues/").status_code == 200
    change(office, f"/administration/roles/{supervisor.role_id}/", permissions=[Permission.HANDLE])
    assert browser.get("/queues/").status_code == 403
    before = supervisor.authority
    supervisor.refresh_from_db()
    assert supervisor.authority > before


def test_an_invited_person_joins_once(office: Client) -> None:
    role = an_agent().role
    office.post(
        "/administration/invitations/",
        {"email": "New.Person@test.example", "name": "New Person", "role": role.pk, "language": "fr"},
    )
    notice, invitation = Notice.objects.get(), Invitation.objects.get()
    link = re.search(r"/invitations/\S+/", notice.text)
    assert link
    assert invitation.token_hash not in notice.text
    stranger = Client()
    assert stranger.get(link[0]).status_code == 200
    weak = stranger.post(link[0], {"name": "N", "password": "short", "language": "en"})
    assert weak.status_code == 422
    form = {"name": "New Person", "password": "lantern battery staple", "language": "en"}
    assert stranger.post(link[0], form).status_code == 302
    assert stranger.post(link[0], form).status_code == 404
    stranger.post("/accounts/login/", {"login": "new.person@test.example", "password": "lantern battery staple"})
    assert "_auth_user_id" in stranger.session


def test_an_invitation_ends_after_a_week_or_when_withdrawn(office: Client) -> None:
    role = an_agent().role
    links = []
    for n in range(2):
        given = {"email": f"n{n}@test.example", "name": "N", "role": role.pk, "language": "en"}
        office.post("/administration/invitations/", given)
        links.append(re.search(r"/invitations/\S+/", Notice.objects.latest("id").text)[0])  # type: ignore[index]
    first, second = Invitation.objects.order_by("id")
    Invitation.objects.filter(pk=first.pk).update(expires_at=timezone.now())
    office.post(f"/administration/invitations/{second.pk}/withdrawal/")
    assert [Client().get(link).status_code for link in links] == [404, 404]


def test_a_reset_by_the_administrator_is_a_link_in_a_notice(office: Client) -> None:
    agent = an_agent()
    office.post(f"/administration/agents/{agent.pk}/reset/")
    link = re.search(r"/accounts/password/reset/key/\S+", Notice.objects.get(to=agent.email).text)
    assert link
    assert b"password1" in Client().get(link[0], follow=True).content


def with_second_factor(agent: Agent) -> Agent:
    for kind in (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES, Authenticator.Type.WEBAUTHN):
        Authenticator.objects.create(user=agent, type=kind, data={"secret": "s", "seed": "s", "used_mask": 0})
    return agent


def test_a_lost_second_factor_is_removed_by_an_administrator_who_proves_who_they_are(
    office: Client, admin: Agent
) -> None:
    agent, browser = somebody(), Client()
    sign_in(browser, agent)
    other = with_second_factor(an_agent())
    with_second_factor(agent)
    assert browser.get("/cases/").status_code == 200
    page, address = f"/administration/agents/{agent.pk}/", f"/administration/agents/{agent.pk}/second-factor/"
    assert b'action="second-factor/"' in office.get(page).content
    assert b'action="second-factor/"' not in office.get(f"/administration/agents/{admin.pk}/").content
    admin.set_password(PASSWORD)
    admin.save()
    office.force_login(admin, backend=BACKEND)
    asked = office.post(address)
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/")
    assert Authenticator.objects.filter(user=agent).count() == 3
    done = office.post(asked.headers["Location"], {"password": PASSWORD, "next": address})
    assert done.headers["Location"] == page
    assert not Authenticator.objects.filter(user=agent).exists()
    assert Authenticator.objects.filter(user=other).count() == 3
    assert browser.get("/cases/").status_code == 302
    assert Event.objects.filter(kind="rights.changed", data={"agent": agent.pk}).exists()
    kept = ConfigurationChange.objects.get(kind="agents", key=agent.email)
    assert kept.by == admin
    assert kept.changes == {"second_factor": ["totp, recovery_codes, webauthn", None]}
    notice = Notice.objects.get(to=agent.email)
    assert (notice.clearance.purpose, admin.name in notice.text) == ("security", True)
    office.post(address)
    assert Notice.objects.filter(to=agent.email).count() == 1, "there is nothing left to remove"
    assert b'action="second-factor/"' not in office.get(page).content


def test_nobody_removes_their_own_second_factor_as_a_colleagues(office: Client, admin: Agent) -> None:
    Authenticator.objects.create(user=admin, type=Authenticator.Type.TOTP, data={"secret": "s"})
    with pytest.raises(actions.NotPossible):
        actions.remove_second_factor(agent=admin, by=admin, now=timezone.now())
    assert Authenticator.objects.filter(user=admin).exists()


def test_a_canned_reply_keeps_to_known_variables(office: Client) -> None:
    address = "/administration/canned-replies/new/"
    assert change(office, address, title="Hello", text_en="Hello {{ name }}").status_code == 302
    refused = change(office, address, title="Bad", text_en="{{ customer.password }}")
    assert refused.status_code == 422
    assert CannedReply.objects.count() == 1


def test_the_sites_of_a_chat_are_checked_and_its_secret_is_shown_once(office: Client) -> None:
    account = ChannelAccount.objects.create(
        kind="webchat", code="shop", name="Shop", settings={"limits": {"enter": [9, 9]}, "region": "FR"}
    )
    address = f"/administration/accounts/{account.pk}/"
    for bad in ("javascript:alert(1)", "https://a.example/path", "*"):
        assert change(office, address, sites=bad).status_code == 422
    assert change(office, address, sites="https://a.example/\nself", ask_order="required").status_code == 302
    account.refresh_from_db()
    assert account.settings["sites"] == ["https://a.example", "self"]
    assert account.settings["form"] == [{"name": "order", "required": True}]
    assert account.settings["limits"] == {"enter": [9, 9]}
    page = office.post(f"{address}secret/").content.decode()
    account.refresh_from_db()
    secret = account.settings["identity_secret"]
    assert secret in page
    assert secret not in office.get(address).content.decode()
    assert secret not in str(list(ConfigurationChange.objects.values()))


def test_fields_that_a_form_does_not_have_are_not_taken(office: Client) -> None:
    agent = an_agent()
    change(office, f"/administration/agents/{agent.pk}/", password="x", authority=99, is_active="", email="x@x.example")
    fresh = Agent.objects.get(pk=agent.pk)
    assert (fresh.password, fresh.email, fresh.is_active) == (agent.password, agent.email, True)
    assert fresh.authority < 90
