"""The configuration in one file: what goes out comes back the same, and a wrong file changes nothing."""

from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from fanal.agents.models import Agent, AgentSkill, Role, Skill
from fanal.channels.models import ChannelAccount
from fanal.configuration import files
from fanal.configuration.actions import applying
from fanal.configuration.models import Company
from fanal.events.models import Event
from fanal.routing.models import Queue
from tests.office.everything import a_world
from tests.people import an_agent

pytestmark = pytest.mark.django_db


def configured() -> dict[str, Any]:
    """A bit of everything, with rows that name each other."""
    a_world()
    manager = an_agent("manager")
    theirs, mine = Queue.objects.get(code="theirs"), Queue.objects.get(code="mine")
    theirs.overflow_to, mine.overflow_to = mine, theirs
    theirs.save()
    mine.save()
    theirs.managers.add(manager)
    AgentSkill.objects.create(agent=manager, skill=Skill.objects.get(), level=4)
    ChannelAccount.objects.update(settings={"sites": ["self"], "identity_secret": "hush"})
    Company.objects.create(name="Harbour", languages=["en"], zone="Europe/Paris", set_up_at=timezone.now())
    return applying.export()


def emptied() -> None:
    with connection.cursor() as cursor:
        tables = [shape.model._meta.db_table for shape in applying.SHAPES]
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")


def apply(data: Any, **more: Any) -> applying.Report:
    return applying.apply(data=data, by=None, now=timezone.now(), **more)


def test_what_is_exported_and_applied_to_an_empty_database_is_exported_the_same() -> None:
    before = configured()
    text = files.write(before)
    emptied()
    report = apply(files.read(text))
    assert report.problems == []
    assert files.write(applying.export()) == text


def test_applying_the_same_file_again_changes_nothing_and_says_nothing() -> None:
    data = files.read(files.write(configured()))
    said = Event.objects.count()
    report = apply(data)
    assert (report.problems, report.differences, Event.objects.count()) == ([], [], said)


def test_secrets_and_passwords_stay_out_and_are_kept() -> None:
    data = configured()
    text = files.write(data)
    assert "hush" not in text
    assert not any(word in text for word in ("password", *Agent.objects.values_list("password", flat=True)))
    assert "hush" in files.write(applying.export(secrets=True))
    data["accounts"][0]["settings"]["sites"] = ["https://a.example"]
    apply(data)
    assert ChannelAccount.objects.get().settings == {"sites": ["https://a.example"], "identity_secret": "hush"}


def test_a_dry_run_shows_the_differences_and_changes_nothing() -> None:
    data = configured()
    data["queues"][0]["ring_seconds"] = 77
    data["skills"].append({"code": "new", "name": "New"})
    report = apply(data, dry_run=True)
    found = {(difference.path, difference.new): difference.changes for difference in report.differences}
    assert found[("queues.mine", False)] == {"ring_seconds": [20, 77]}
    assert ("skills.new", True) in found
    assert not Skill.objects.filter(code="new").exists()
    assert not Queue.objects.filter(ring_seconds=77).exists()


def test_every_problem_is_told_with_its_place_and_nothing_is_applied() -> None:
    data = configured()
    data["queues"][0] |= {"ring_seconds": "soon", "calendar": "nowhere", "colour": "red"}
    data["agents"][0]["role"] = "emperor"
    data["calendars"][0]["periods"] = [{"weekday": 1, "opens_at": "late", "closes_at": "12:00"}]
    data["scenarios"][0]["conditions"] = [{"what": "weather", "is": "equals", "value": "rain"}]
    data["teams"].append({"name": "No code"})
    data["skills"].append({"code": "new", "name": "New"})
    report = apply(data)
    paths = {problem.path for problem in report.problems}
    agent = data["agents"][0]["email"]
    wanted = {"queues.mine.ring_seconds", "queues.mine.calendar", "queues.mine.colour", f"agents.{agent}.role"}
    assert wanted <= paths
    assert {"calendars.t-hours.periods.1", "scenarios.t-scenario.conditions", "teams.2"} <= paths
    assert all(problem.todo for problem in report.problems)
    assert not Skill.objects.filter(code="new").exists()


def test_a_file_that_would_lock_everybody_out_is_refused() -> None:
    admin = an_agent("administrator")
    data = configured()
    for role in data["roles"]:
        role["permissions"] = ["handle"]
    assert [problem.path for problem in apply(data).problems] == ["agents"]
    assert "administer" in Role.objects.get(pk=admin.role_id).permissions


@pytest.mark.parametrize(
    "data", [None, [], "text", {"fanal": 99}, {"fanal": 1, "planets": []}, {"fanal": 1, "roles": {}}]
)
def test_what_is_no_configuration_is_refused(data: Any) -> None:
    assert len(apply(data).problems) == 1


def test_a_file_cannot_run_code() -> None:
    with pytest.raises(files.Unreadable):
        files.read("!!python/object/apply:os.system ['true']")
