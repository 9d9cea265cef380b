"""Which scenario a contact meets: the first whose conditions all hold, and why not the others."""

from collections.abc import Iterable

from fanal.scenarios.rules.conditions import judge
from fanal.scenarios.rules.contact import Contact
from fanal.scenarios.rules.scenario import Choice, ScenarioRule, Verdict


def choose(contact: Contact, scenarios: Iterable[ScenarioRule], *, opens_for: Contact | None = None) -> Choice:
    """Judge every scenario in the order given; the first match decides, the rest say what they would have done.

    `opens_for`: the same contact with what it merely claims; that may open for the agent, and chooses nothing else.
    """
    chosen: ScenarioRule | None = None
    verdicts = []
    for scenario in scenarios:
        in_hours = scenario.queue in contact.open_queues
        judgements = tuple(judge(condition, contact, in_hours=in_hours) for condition in scenario.conditions)
        holds = all(judgement.holds for judgement in judgements)
        overtaken = holds and chosen is not None
        if holds and chosen is None:
            chosen = scenario
        verdicts.append(
            Verdict(
                scenario=scenario.id,
                code=scenario.code,
                matched=holds and not overtaken,
                overtaken=overtaken,
                judgements=judgements,
            )
        )
    opens, opens_id, claimed = what_opens(chosen.opens if chosen else "customer", opens_for or contact)
    preferred, why = preferred_agent(chosen, opens, contact)
    return Choice(
        scenario=chosen.id if chosen else None,
        code=chosen.code if chosen else "",
        queue=chosen.queue if chosen else None,
        priority=chosen.priority if chosen else None,
        skills=dict(chosen.skills) if chosen else {},
        opens=opens,
        opens_id=opens_id,
        claimed=claimed,
        form=chosen.form if chosen else "",
        category=chosen.category if chosen else None,
        preferred_agent=preferred,
        preferred_why=why,
        why=tuple(verdicts),
    )


def what_opens(wanted: str, contact: Contact) -> tuple[str, int | None, bool]:
    """The kind and id of what opens, and whether it is there only because somebody claims it.

    What the scenario wants but nothing points at falls back to the customer, and without one to the search.
    """
    match wanted:
        case "order" if contact.claimed_order:
            return "order", contact.claimed_order, True
        case "order" if contact.open_order:
            return "order", contact.open_order, False
        case "holding" if contact.claimed_holding:
            return "holding", contact.claimed_holding, True
        case "case" if contact.open_case:
            return "case", contact.open_case, False
        case "form" | "search":
            return wanted, None, False
    if contact.customer:
        return "customer", contact.customer, False
    return "search", None, False


def preferred_agent(scenario: ScenarioRule | None, opens: str, contact: Contact) -> tuple[int | None, str]:
    """The owner of the case that opens, or whoever talked with the customer last, if the scenario asks for it."""
    if scenario is None or not scenario.prefer_last_agent:
        return None, ""
    if opens == "case" and contact.case_owner:
        return contact.case_owner, "case_owner"
    if contact.last_agent:
        return contact.last_agent, "last_agent"
    return None, ""
