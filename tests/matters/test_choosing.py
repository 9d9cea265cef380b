"""Scenarios: which one a contact meets, and why not the others."""

from hypothesis import given as draws
from hypothesis import strategies as st

from fanal.scenarios.rules import Condition, Contact, ScenarioRule, check_conditions, choose, condition_from, judge


def scenario(code: str, *conditions: dict, number: int = 1, **more) -> ScenarioRule:
    read = tuple(condition_from(condition) for condition in conditions)
    return ScenarioRule(id=number, code=code, conditions=read, queue=more.pop("queue", "general"), **more)


def holds(condition: dict, contact: Contact, *, in_hours: bool = True) -> bool:
    return judge(condition_from(condition), contact, in_hours=in_hours).holds


CHAT = Contact(
    channel="webchat",
    account="shop",
    entry_page="https://shop.example/orders/77?x=1",
    given={"order": "A-1001", "topic": "Delivery", "colour": "Red"},
    recognition="ambiguous",
    assurance=1,
    value_band=2,
    language="ar",
    open_queues=frozenset({"general"}),
    open_order=5,
    claimed_order=9,
)


def test_the_first_scenario_whose_conditions_all_hold_decides():
    choice = choose(
        CHAT,
        [
            scenario("mail", {"what": "channel", "is": "equals", "value": "email"}, number=1),
            scenario("orders", {"what": "order_number", "is": "present"}, number=2, queue="orders", priority=3),
            scenario("all", number=3),
        ],
    )
    assert (choice.scenario, choice.queue, choice.priority) == (2, "orders", 3)
    assert [(verdict.code, verdict.matched, verdict.overtaken) for verdict in choice.why] == [
        ("mail", False, False),
        ("orders", True, False),
        ("all", False, True),
    ]


def test_every_condition_says_whether_it_held_and_what_was_found():
    (verdict,) = choose(
        CHAT,
        [
            scenario(
                "vip",
                {"what": "value_band", "is": "at_least", "value": 3},
                {"what": "language", "is": "one_of", "value": ["ar", "fa"]},
            )
        ],
    ).why
    assert [(judgement.holds, judgement.found) for judgement in verdict.judgements] == [(False, "2"), (True, "ar")]


def test_what_somebody_typed_is_not_repeated_in_the_reasons():
    judgement = judge(condition_from({"what": "order_number", "is": "starts", "value": "a-"}), CHAT, in_hours=True)
    assert judgement.holds
    assert judgement.found == ""


def test_nothing_matched_leaves_the_queue_to_the_channel():
    choice = choose(CHAT, [scenario("mail", {"what": "channel", "is": "equals", "value": "email"})])
    assert (choice.scenario, choice.queue, choice.opens) == (None, None, "search")


def test_each_kind_of_condition_is_compared_in_its_own_way():
    table = [
        ({"what": "entry_page", "is": "contains", "value": "/ORDERS"}, True),
        ({"what": "entry_page", "is": "starts", "value": "https://shop.example/orders"}, True),
        ({"what": "entry_page", "is": "glob", "value": "*/orders/*"}, True),
        ({"what": "entry_page", "is": "glob", "value": "/orders/*"}, False),
        ({"what": "given", "field": "colour", "is": "equals", "value": "red"}, True),
        ({"what": "given.colour", "is": "not_equals", "value": "red"}, False),
        ({"what": "form_topic", "is": "one_of", "value": "returns, delivery"}, True),
        ({"what": "card_number", "is": "present"}, False),
        ({"what": "recognition", "is": "equals", "value": "ambiguous"}, True),
        ({"what": "assurance", "is": "at_least", "value": "2"}, False),
        ({"what": "open_order", "is": "yes"}, True),
        ({"what": "open_case", "is": "no"}, True),
        ({"what": "known_order", "is": "yes"}, True),
    ]
    assert [holds(condition, CHAT) for condition, _ in table] == [expected for _, expected in table]


def test_in_hours_asks_for_the_hours_of_the_scenarios_own_queue():
    night = {"what": "in_hours", "is": "no"}
    choice = choose(CHAT, [scenario("day", night, queue="general"), scenario("closed", night, queue="other", number=2)])
    assert choice.code == "closed"


def test_an_order_that_is_only_claimed_opens_as_claimed():
    choice = choose(CHAT, [scenario("orders", opens="order")])
    assert (choice.opens, choice.opens_id, choice.claimed) == ("order", 9, True)


def test_what_is_wanted_but_not_there_falls_back_to_the_customer_and_then_to_the_search():
    wanting = [scenario("holding", opens="holding")]
    assert choose(Contact(channel="webchat", customer=4), wanting).opens == "customer"
    assert choose(Contact(channel="webchat"), wanting).opens == "search"


def test_the_owner_of_the_case_that_opens_is_preferred_to_the_last_agent():
    contact = Contact(channel="webchat", customer=1, open_case=8, case_owner=5, last_agent=6)
    case = choose(contact, [scenario("case", opens="case", prefer_last_agent=True)])
    card = choose(contact, [scenario("card", opens="customer", prefer_last_agent=True)])
    assert (case.preferred_agent, case.preferred_why) == (5, "case_owner")
    assert (card.preferred_agent, card.preferred_why) == (6, "last_agent")


def test_conditions_that_make_no_sense_are_named_with_their_place():
    problems = check_conditions(
        [
            {"what": "channel", "is": "equals", "value": "webchat"},
            {"what": "weather", "is": "equals", "value": "rain"},
            {"what": "channel", "is": "contains", "value": "w"},
            {"what": "assurance", "is": "at_least", "value": "very"},
            {"what": "given", "is": "present"},
            {"what": "entry_page", "is": "contains", "value": " "},
            {"what": "entry_page", "is": "glob", "value": "*a*b*c*d*e*f"},
            "channel = webchat",
        ]
    )
    assert [(problem.position, problem.code) for problem in problems] == [
        (1, "what_unknown"),
        (2, "comparison_unfit"),
        (3, "number_expected"),
        (4, "field_missing"),
        (5, "value_missing"),
        (6, "too_many_stars"),
        (7, "not_a_condition"),
    ]


@draws(st.text(max_size=60), st.text(max_size=600))
def test_no_pattern_and_no_page_break_the_comparison(pattern: str, page: str):
    condition = Condition(what="entry_page", comparison="glob", value=pattern)
    judge(condition, Contact(channel="webchat", entry_page=page), in_hours=True)


def test_a_spiteful_pattern_is_no_slower_than_another():
    condition = Condition(what="entry_page", comparison="glob", value="*a*a*a*a*b")
    assert not judge(condition, Contact(channel="webchat", entry_page="a" * 500), in_hours=True).holds
