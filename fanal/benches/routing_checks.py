"""Whether the matchers decided as rules.assign() decides: on the states they saw, and on everything there is."""

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from fanal.benches.routing_world import World
from fanal.routing import acd, configuration, everybody, matching, reading, statements
from fanal.routing.configuration import Configuration
from fanal.routing.matching import Made
from fanal.routing.messages import Connection
from fanal.routing.models import Offer
from fanal.routing.rules import State, assign

EVERYTHING = f"SELECT {statements.ENTRY_COLUMNS} FROM routing_queueentry WHERE state = 'waiting'"
EVERYBODY = f"SELECT {statements.LOAD_COLUMNS} FROM routing_agentload"
FREE = """UPDATE routing_agentload SET open_work = '{"webchat": 2}', look_at = %s, version = version + 1
WHERE agent_id = %s"""


def against_stored(states: Sequence[tuple[State, int, int]]) -> int:
    """How many of the sampled states give another decision than the one that is stored with the offer."""
    stored = {
        (agent, entry): decision
        for agent, entry, decision in Offer.objects.filter(entry__in=[entry for _, _, entry in states]).values_list(
            "agent_id", "entry_id", "decision"
        )
    }
    # A decision whose offer others were faster to make was never stored.
    known = [(state, stored[agent, entry]) for state, agent, entry in states if (agent, entry) in stored]
    return sum(assign(state).as_json() != decision for state, decision in known)


def against_complete_states(world: World, many: int, *, rng: random.Random) -> list[bool]:
    """One agent after the other comes free: is the offer what the rule says of all waiting work and all queues?"""
    results = []
    with acd.connect() as hot:
        known = configuration.read()
        for agent in rng.sample(list(world.agents), many):
            now = datetime.now(UTC)
            with connection.cursor() as cursor:
                cursor.execute("UPDATE routing_queueentry SET look_at = NULL WHERE look_at IS NOT NULL")
                cursor.execute(FREE, [now, agent])
            wanted = assign(_complete(hot, known, agent, now))
            made = matching.match(hot, known, entries=0, now=now).made
            results.append(
                _told(made) == ([] if wanted.entry is None else [(wanted.entry, *_reasons(wanted.as_json()))])
            )
    return results


def _told(made: Sequence[Made]) -> list[tuple[Any, ...]]:
    """The entry, what decided and the best five, as they are stored."""
    offers = Offer.objects.filter(pk__in=[offer.offer for offer in made])
    return [(offer.entry_id, *_reasons(offer.decision)) for offer in offers]


def _reasons(decision: Mapping[str, Any]) -> tuple[Any, Any]:
    return decision["why"], decision["best"]


def _complete(hot: Connection, known: Configuration, agent: int, now: datetime) -> State:
    loads = everybody.loads(hot.execute(EVERYBODY).fetchall(), known.profiles)
    return State(
        now=now,
        agents=[load.facts for load in loads],
        queues=known.queues,
        entries=[entry.facts for entry in reading.entries(hot.execute(EVERYTHING).fetchall())],
        freed=agent,
    )
