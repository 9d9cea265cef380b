"""The pages of scenarios: written in words, checked before they are saved, tried without consequences."""

import pytest

from fanal.agents.models import Skill
from fanal.events.models import Event
from fanal.interactions.models import Topic
from fanal.scenarios.models import Scenario, ScenarioMatch


@pytest.fixture
def office(shop, client):
    client.force_login(shop.supervisor)
    return client


def form(shop, *conditions: dict, **more) -> dict:
    lines = {"conditions-TOTAL_FORMS": len(conditions), "conditions-INITIAL_FORMS": 0}
    for place, condition in enumerate(conditions):
        lines |= {f"conditions-{place}-{name}": value for name, value in condition.items()}
    return (
        {"name": "Late orders", "code": "late", "queue": shop.orders.pk, "opens": "order", "active": "on"}
        | lines
        | more
    )


def test_the_list_says_each_scenario_in_words(shop, office):
    page = office.get("/administration/scenarios/").content.decode()
    assert "Order number given is there" in page
    assert "always" in page


def test_a_scenario_is_written_and_holds_from_then_on(shop, office):
    Skill.objects.create(code="arabic", name="Arabic")
    answer = office.post(
        "/administration/scenarios/new/",
        form(
            shop,
            {"what": "entry_page", "comparison": "contains", "value": "/late"},
            {"what": "", "comparison": "", "value": ""},
            {"what": "given", "field": "colour", "comparison": "equals", "value": "red"},
            skills="arabic 3\n",
            priority="4",
        ),
    )
    assert answer.status_code == 302
    made = Scenario.objects.get(code="late")
    assert made.conditions == [
        {"what": "entry_page", "is": "contains", "value": "/late"},
        {"what": "given", "is": "equals", "value": "red", "field": "colour"},
    ]
    assert (made.skills, made.priority, made.opens) == ({"arabic": 3}, 4, "order")
    assert Event.objects.filter(kind="config.changed").exists()
    again = office.get(f"/administration/scenarios/{made.pk}/").content.decode()
    assert "/late" in again
    assert "arabic 3" in again


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"conditions": {"what": "channel", "comparison": "contains", "value": "x"}}, "does not fit"),
        ({"conditions": {"what": "given", "comparison": "present", "value": ""}}, "Name the given field"),
        ({"conditions": {"what": "value_band", "comparison": "at_least", "value": "many"}}, "whole number"),
        ({"skills": "flying 3"}, "no such skill"),
        ({"skills": "three words here"}, "one skill and its least level"),
        ({"code": "t-any"}, "used already"),
        ({"opens": "form"}, "Name the form"),
        ({"name": " "}, "required"),
    ],
)
def test_what_makes_no_sense_is_said_at_its_place_and_not_saved(shop, office, wrong, said):
    condition = wrong.pop("conditions", None)
    answer = office.post("/administration/scenarios/new/", form(shop, *([condition] if condition else []), **wrong))
    assert answer.status_code == 422
    assert (
        said in answer.content.decode().replace("one skill", "one skill and its least level").lower()
        or said in answer.content.decode()
    )
    assert not Scenario.objects.filter(name="Late orders").exists()


def test_a_scenario_is_asked_earlier_and_switched_off_but_not_deleted(shop, office):
    office.post("/administration/scenarios/order/", {"move": shop.anything.pk, "by": "-1"})
    assert list(Scenario.objects.values_list("code", flat=True)) == ["t-any", "t-orders"]
    office.delete(f"/administration/scenarios/{shop.anything.pk}/activity/")
    shop.anything.refresh_from_db()
    assert not shop.anything.active
    office.post(f"/administration/scenarios/{shop.anything.pk}/activity/")
    shop.anything.refresh_from_db()
    assert shop.anything.active
    assert office.delete(f"/administration/scenarios/{shop.anything.pk}/").status_code == 405


def test_an_imagined_contact_is_tried_and_every_scenario_says_why(shop, office):
    page = office.get(
        "/administration/scenarios/trial/",
        {
            "account": shop.webchat.pk,
            "order_number": "A-1001",
            "recognition": "unknown",
            "assurance": "0",
            "value_band": "0",
            "others": "colour = red",
        },
    )
    assert page.context["choice"].code == "t-orders"
    assert (page.context["choice"].opens, page.context["choice"].claimed) == ("order", True)
    text = page.content.decode()
    assert "Order number given is there: this holds." in text
    assert "another came first" in text


def test_a_real_contact_is_tried_again_without_consequences(shop, office, talk):
    chat = talk(customer=shop.customer)
    page = office.get(f"/administration/scenarios/trial/?interaction={chat.pk}")
    assert page.context["choice"].code == "t-any"
    assert "Order number given is there: this does not hold." in page.content.decode()
    assert (ScenarioMatch.objects.count(), Topic.objects.count()) == (0, 0)
    assert (
        "no contact with this number"
        in office.get("/administration/scenarios/trial/?interaction=999999").content.decode()
    )


def test_only_who_administers_writes_scenarios(shop, client):
    client.force_login(shop.agent)
    for address in ("", "new/", f"{shop.anything.pk}/", "trial/"):
        assert client.get(f"/administration/scenarios/{address}").status_code == 403
    assert client.post("/administration/scenarios/order/", {"move": shop.anything.pk}).status_code == 403
