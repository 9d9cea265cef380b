"""One search field for everything: numbers and addresses exactly, names with slips and in any script."""

from functools import partial

from fanal.agents.models import Agent
from fanal.identity.find.bounds import Cut, bounded
from fanal.identity.find.lanes import exact, may_be_exact
from fanal.identity.find.names import by_name
from fanal.identity.find.people import people_of
from fanal.identity.find.results import Found, Results
from fanal.identity.find.showing import shown
from fanal.norms.shapes import LONGEST, Shape, looks_like

__all__ = ["Found", "Results", "people_of", "search"]


def search(text: str, *, agent: Agent, limit: int = 10) -> Results:
    """Customers, orders, holdings and cases that the text may mean and the agent may see, best first.

    A search by name is bounded in time and in how many run at once: `cut` of the result says when it was given up.
    """
    text = " ".join(text[:LONGEST].replace("\x00", "").split())
    shapes = looks_like(text)
    found = shown(exact(text, shapes), agent=agent, limit=limit) if may_be_exact(text, shapes) else []
    if Shape.NAME not in shapes or len(found) >= limit:
        return Results(found)
    try:
        hits = bounded(partial(by_name, text, agent=agent, limit=limit))
    except Cut as reason:
        return Results(found, cut=str(reason))
    return Results(found + shown(hits, agent=agent, limit=limit - len(found)))
