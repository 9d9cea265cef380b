"""One search field for everything: numbers and addresses exactly, names with slips and in any script."""

from collections.abc import Callable

from fanal.agents.models import Agent
from fanal.identity.find.bounds import Cut, bounded
from fanal.identity.find.lanes import exact, may_be_exact
from fanal.identity.find.names import by_name
from fanal.identity.find.results import Found, Results
from fanal.identity.find.showing import shown
from fanal.norms.shapes import LONGEST, Shape, looks_like

__all__ = ["Found", "Results", "search"]


def search(text: str, *, agent: Agent, limit: int = 10) -> Results:
    """Customers, orders, holdings and cases that the text may mean and the agent may see, best first.

    Bounded in time and in how many name searches run at once: `cut` of the result says when it was given up.
    """
    text = " ".join(text[:LONGEST].replace("\x00", "").split())
    shapes = looks_like(text)
    found, cut = (
        _tried(lambda: shown(exact(text, shapes), agent=agent, limit=limit)) if may_be_exact(text, shapes) else ([], "")
    )
    if Shape.NAME in shapes and len(found) < limit:
        left = limit - len(found)
        named, cut_names = _tried(
            lambda: shown(by_name(text, practice=agent.practising, limit=limit), agent=agent, limit=left), limited=True
        )
        found, cut = found + named, cut or cut_names
    return Results(found, cut=cut)


def _tried(look: Callable[[], list[Found]], *, limited: bool = False) -> tuple[list[Found], str]:
    try:
        with bounded(limited=limited):
            return look(), ""
    except Cut as reason:
        return [], str(reason)
