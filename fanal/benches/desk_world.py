"""The desk's world for a bench: a year of cases and contacts of the bench's customers, 200 agents amid their work.

Contact number n is interaction n, offer n, case n and so on, so that every table is one INSERT … SELECT from the same
temporary table. Messages, topics, records and events of what is closed are fewer than in life; what is open is whole.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pghistory.core
from django.db import connection
from django.utils import timezone

from fanal.agents.models import Agent, AgentSkill, Role, Skill, Team
from fanal.cases.models import Case, CaseType, Category
from fanal.channels.models import ChannelAccount
from fanal.demo.company.configure import configure
from fanal.interactions.models import Disposition
from fanal.kpis import actions as kpis
from fanal.routing.models import Queue

DAYS = 400
FIGURED_DAYS = 35
OPEN_PER_AGENT = 3
WAITING = 100
AGENT = "bench{}@example.org"

# One row per contact: closed ones spread over the days, then those in hand, then those waiting.
_CONTACTS = """
CREATE TEMPORARY TABLE contact AS
SELECT *, at + interval '25 seconds' AS answered, at + interval '8 minutes' AS ended,
    at + interval '8 minutes 20 seconds' AS wrapped
FROM (SELECT n, n * 48271::bigint %% %(customers)s + 1 AS customer, 1 + (n - 1) %% (2 * %(customers)s) AS "order",
    (%(agents)s::bigint[])[n %% cardinality(%(agents)s::bigint[]) + 1] AS agent,
    (%(queues)s::bigint[])[n %% cardinality(%(queues)s::bigint[]) + 1] AS queue,
    (%(types)s::bigint[])[n %% cardinality(%(types)s::bigint[]) + 1] AS type,
    (%(categories)s::bigint[])[n %% cardinality(%(categories)s::bigint[]) + 1] AS category,
    CASE WHEN n <= %(cases)s THEN 'closed' WHEN n <= %(cases)s + %(open)s THEN 'open' ELSE 'waiting' END AS stage,
    CASE WHEN n <= %(cases)s
        THEN %(now)s::timestamptz - interval '1 hour' - (1 - n::float / %(cases)s) * %(days)s * interval '1 day'
        ELSE %(now)s::timestamptz - (n %% 55) * interval '1 minute' END AS at,
    CASE WHEN n > %(cases)s OR n %% 7 = 0 THEN 'open' WHEN n %% 20 = 1 THEN 'pending' ELSE 'settled' END AS state
  FROM generate_series(1::bigint, %(cases)s + %(open)s + %(waiting)s) n) c
"""
_FILL = (
    """INSERT INTO interactions_interaction (id, account_id, channel, direction, source, customer_id, recognition,
        assurance, relationship, language, entry_page, given, about_kind, about_id, practice, started_at, ended_at,
        end_reason, last_message_at, thread)
    SELECT n, %(account)s, 'webchat', 'in', md5(n::text), CASE WHEN n %% 10 > 0 THEN customer END,
        CASE WHEN n %% 10 > 0 THEN 'known' ELSE 'ambiguous' END, CASE WHEN n %% 10 > 0 THEN 2 ELSE 0 END, '', 'en',
        '/orders', '{"name": "Somebody", "topic": "Where is my order?"}',
        CASE WHEN n %% 2 = 0 THEN 'order' ELSE 'customer' END, CASE WHEN n %% 2 = 0 THEN "order" ELSE customer END,
        false, at, CASE WHEN stage = 'closed' THEN ended END, CASE WHEN stage = 'closed' THEN 'agent' ELSE '' END, at,
        ''
    FROM contact""",
    """INSERT INTO interactions_segment (id, interaction_id, kind, agent_id, started_at, ended_at, first_reply_at,
        wrapped_up_at)
    SELECT 2 * n - 1, n, 'queue', NULL, at, CASE WHEN stage <> 'waiting' THEN answered END, NULL, NULL FROM contact
    UNION ALL SELECT 2 * n, n, 'agent', agent, answered, CASE WHEN stage = 'closed' THEN ended END, answered,
        CASE WHEN stage = 'closed' THEN wrapped END FROM contact WHERE stage <> 'waiting'""",
    """INSERT INTO routing_queueentry (id, queue_id, interaction_id, segment_id, channel, state, priority, skills,
        preferred_why, entered_at, position_at, left_at, practice, declined, version)
    SELECT n, queue, n, 2 * n - 1, 'webchat', CASE WHEN stage = 'waiting' THEN 'waiting' ELSE 'answered' END,
        1 + n %% 4, '{}', '', at, at, CASE WHEN stage <> 'waiting' THEN answered END, false, '{}', 0 FROM contact""",
    """INSERT INTO routing_offer (id, entry_id, agent_id, state, offered_at, expires_at, answered_at, reason, decision,
        segment_id)
    SELECT n, n, agent, 'accepted', at, at + interval '20 seconds', answered, '', '{}', 2 * n
    FROM contact WHERE stage <> 'waiting'""",
    """INSERT INTO consent_clearance (id, purpose, channel, address, customer_id, basis, given_at)
    SELECT n, 'reply', 'webchat', md5(n::text), NULL, 'own_contact', at FROM contact""",
    """INSERT INTO interactions_message (interaction_id, segment_id, author, agent_id, text, external_id, at, state,
        clearance_id)
    SELECT n, 2 * n, CASE WHEN k %% 2 = 0 THEN 'agent' ELSE 'customer' END, CASE WHEN k %% 2 = 0 THEN agent END,
        CASE WHEN k %% 2 = 0 THEN 'Let me look: it left our warehouse on Tuesday and is with the carrier now.'
        ELSE 'Hello, I am still waiting for the parcel that was promised for last week. Where is it?' END,
        'bench-' || k, at + k * interval '20 seconds', 'read', CASE WHEN k %% 2 = 0 THEN n END
    FROM contact, generate_series(1, CASE WHEN stage = 'closed' THEN 3 ELSE 20 END) k""",
    """INSERT INTO interactions_note (interaction_id, by_id, text, at)
    SELECT n, agent, 'Promised to look into it again tomorrow.', ended FROM contact WHERE n %% 5 = 0 OR stage = 'open'
    """,
    """INSERT INTO interactions_identification (interaction_id, customer_id, assurance, why, by_id, at)
    SELECT n, customer, 2, 'sole_match', NULL, at FROM contact WHERE n %% 10 > 0""",
    """INSERT INTO interactions_candidate (interaction_id, customer_id, rank, likelihood, reasons_for, reasons_against)
    SELECT n, (customer + k - 1) %% %(customers)s + 1, k, 0.5 / k, '[{"code": "shared_number"}]', '[]'
    FROM contact, generate_series(1, 3) k WHERE n %% 10 = 0""",
    """INSERT INTO scenarios_scenariomatch (interaction_id, scenario_id, why, at)
    SELECT n, NULL, '[]', at FROM contact""",
    """INSERT INTO cases_case (id, number, type_id, category_id, subject, state, priority, origin, customer_id,
        order_id, owner_id, team_id, withdrawn_at, practice, opened_at, updated_at, settled_at, reopened_count)
    SELECT n, 10000 + n, type, category, (ARRAY['Parcel has not arrived', 'Balance enquiry', 'Machine does not drain',
            'Wrong colour delivered', 'Card was refused'])[n %% 5 + 1] || ' · ' || n, state, 1 + n %% 4, 'rule',
        customer, CASE WHEN n %% 2 = 0 THEN "order" END, agent,
        (%(teams)s::bigint[])[n %% cardinality(%(teams)s::bigint[]) + 1],
        CASE WHEN n %% 50 = 3 THEN ended END, false, answered, ended, CASE WHEN state = 'settled' THEN ended END, 0
    FROM contact WHERE stage <> 'waiting'""",
    """INSERT INTO cases_casenote (case_id, by_id, text, at)
    SELECT n, agent, 'The carrier says that it will arrive tomorrow.', ended FROM contact WHERE n %% 3 = 0
        AND stage <> 'waiting'""",
    """INSERT INTO interactions_topic (id, interaction_id, case_id, category_id, disposition_id, label, origin,
        position, created_at)
    SELECT n, n, n, category, %(disposition)s, '', 'rule', 1, answered FROM contact WHERE stage <> 'waiting'
    UNION ALL SELECT %(cases)s * 2 + n, n, n - 40, category, NULL, 'The same again', 'agent', 2, answered
    FROM contact WHERE stage <> 'waiting' AND n > 40 AND (n %% 4 = 0 OR stage = 'open')""",
    """INSERT INTO scenarios_actionrecord (action, face, customer_id, order_id, interaction_id, topic_id, case_id,
        by_id, at, outcome)
    SELECT 'track_order', 'desk', customer, "order", n, n, n, agent, answered, '{}' FROM contact
    WHERE stage <> 'waiting' AND n %% 2 = 0""",
    """INSERT INTO agents_agentstate (agent_id, state, started_at)
    SELECT agent, 'available', %(now)s::timestamptz - interval '3 hours' FROM unnest(%(agents)s::bigint[]) agent""",
    """INSERT INTO routing_agentload (agent_id, available, idle_since, open_work, ringing, seen_at, version)
    SELECT agent, true, %(now)s, '{"webchat": 3}', 0, %(now)s, 0 FROM unnest(%(agents)s::bigint[]) agent
    ON CONFLICT (agent_id) DO NOTHING""",
    """INSERT INTO events_event (kind, at, by, data, audience)
    SELECT kind, at, by, jsonb_strip_nulls(data), ARRAY['agent:' || agent, 'queue:' || queue, 'supervision']
    FROM (
        SELECT c.agent, c.queue, e.* FROM contact c, LATERAL (VALUES
            ('case.opened', answered, c.agent, jsonb_build_object('case', n, 'interaction', n, 'origin', 'rule')),
            ('topic.added', answered, c.agent, jsonb_build_object('topic', n, 'interaction', n, 'case', n)),
            ('case.settled', CASE WHEN c.state = 'settled' THEN ended END, c.agent,
                jsonb_build_object('case', n, 'interaction', n)),
            ('action.performed', CASE WHEN n %% 2 = 0 THEN answered END, c.agent,
                jsonb_build_object('action', 'track_order', 'case', n, 'interaction', n))
        ) e (kind, at, by, data) WHERE stage <> 'waiting'
        UNION ALL
        SELECT c.agent, c.queue, e.* FROM contact c, LATERAL (SELECT
            jsonb_build_object('interaction', n, 'channel', 'webchat', 'queue', c.queue) AS here) h, LATERAL (VALUES
            ('interaction.started', at, NULL::bigint, here - 'queue'),
            ('queue.entered', at, NULL, here || jsonb_build_object('entry', n)),
            ('offer.made', at, NULL, here || jsonb_build_object('entry', n, 'offer', n, 'agent', c.agent)),
            ('offer.accepted', answered, c.agent, here || jsonb_build_object('entry', n, 'offer', n, 'agent', c.agent)),
            ('queue.left', answered, NULL, here || jsonb_build_object('entry', n, 'reason', 'answered')),
            ('segment.started', answered, c.agent, here || jsonb_build_object('segment', 2 * n, 'agent', c.agent)),
            ('message.added', answered, c.agent, here || jsonb_build_object('message', n, 'author', 'agent')),
            ('segment.ended', ended, NULL, here || jsonb_build_object('segment', 2 * n, 'agent', c.agent)),
            ('wrap_up.ended', wrapped, NULL, here || jsonb_build_object('segment', 2 * n, 'agent', c.agent)),
            ('interaction.ended', ended, NULL, here || jsonb_build_object('reason', 'agent'))
        ) e (kind, at, by, data)
        WHERE c.at > %(now)s::timestamptz - %(figured)s * interval '1 day' AND (stage = 'closed' OR e.at = c.at
            OR (stage = 'open' AND e.at = answered)) AND (stage <> 'waiting' OR e.kind NOT LIKE 'offer%%')
        UNION ALL
        SELECT agent, 0, 'agent.state_changed', %(now)s::timestamptz - interval '3 hours', agent,
            jsonb_build_object('agent', agent, 'state', 'available') FROM unnest(%(agents)s::bigint[]) agent
    ) happened WHERE at IS NOT NULL ORDER BY at""",
)
_TABLES = (
    "interactions_interaction", "interactions_segment", "routing_queueentry", "routing_offer", "consent_clearance",
    "interactions_message", "interactions_topic", "cases_case", "interactions_note", "cases_casenote", "events_event",
    "interactions_identification", "interactions_candidate", "scenarios_scenariomatch", "scenarios_actionrecord",
    "agents_agentstate",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class World:
    """What the load needs to know of it: who asks, about what."""

    agents: list[int]
    customers: int
    cases: int
    open: int

    def in_hand(self, agent: int) -> list[int]:
        """The interactions that this agent has now."""
        place, number = self.agents.index(agent), len(self.agents)
        first = self.cases + 1
        return [n for n in range(first + (place - first) % number, first + self.open, number)]


def make(*, customers: int, cases: int, agents: int, progress: Callable[[str], object]) -> World:
    """Fill the database in use, which has the customers already."""
    now = timezone.now()
    progress("the company is configured")
    configure(origin="http://127.0.0.1:8000", now=now)
    staff = _staff(agents)
    open_ = agents * OPEN_PER_AGENT
    values: dict[str, Any] = {
        "now": now, "customers": customers, "cases": cases, "open": open_, "waiting": WAITING, "days": DAYS,
        "figured": FIGURED_DAYS, "agents": staff, "account": ChannelAccount.objects.filter(kind="webchat")[0].pk,
        "queues": _keys(Queue.objects.filter(practice=False)), "types": _keys(CaseType.objects.all()),
        "categories": _keys(Category.objects.all()), "teams": _keys(Team.objects.all()),
        "disposition": Disposition.objects.order_by("pk")[0].pk,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET synchronous_commit = off")
        cursor.execute(_CONTACTS, values)
        for statement in _FILL:
            progress(statement.split()[2])
            cursor.execute(statement, values)
        _remember_cases(cursor)
        for table in _TABLES:
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        cursor.execute("SELECT setval('case_number', (SELECT max(number) FROM cases_case))")
        cursor.execute("DROP TABLE contact")
        for table in _TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}")
    connection.close()
    fold(progress)
    return world_of(agents=agents, customers=customers, cases=cases)


def fold(progress: Callable[[str], object]) -> None:
    """Bring the figures up to the last event, which a migration may have set back to the first."""
    folded = 0
    while number := kpis.fold():
        folded += number
        progress(f"{folded:,} events are folded")
    if folded:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def world_of(*, agents: int, customers: int, cases: int) -> World:
    staff = list(Agent.objects.filter(email__startswith="bench").order_by("pk").values_list("pk", flat=True))
    return World(agents=staff, customers=customers, cases=cases, open=agents * OPEN_PER_AGENT)


def _staff(number: int) -> list[int]:
    """Mostly agents, some seniors who see every case, a supervisor among every twenty."""
    roles, teams = Role.objects.in_bulk(field_name="code"), list(Team.objects.order_by("pk"))
    codes = ["supervisor" if n % 20 == 0 else "senior-agent" if n % 5 == 0 else "agent" for n in range(number)]
    made = Agent.objects.bulk_create(
        Agent(
            email=AGENT.format(n),
            name=f"Bench {n}",
            role=roles[code],
            team=teams[n % len(teams)],
            password="!",  # noqa: S106
        )
        for n, code in enumerate(codes)
    )
    skills = [{"agent_id": agent.pk, "skill_id": skill.pk} for agent in made for skill in Skill.objects.all()]
    AgentSkill.objects.bulk_create(AgentSkill(**one) for one in skills)
    return sorted(agent.pk for agent in made)


def _keys(rows: Any) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _remember_cases(cursor: Any) -> None:
    """The history of each case begins with its row as it was made; triggers were off."""
    kept = next(iter(pghistory.core.event_models(tracks_model=Case)))
    own = {field.column for field in Case._meta.concrete_fields}
    names = ", ".join(f'"{field.column}"' for field in kept._meta.concrete_fields if field.column in own)
    table = kept._meta.db_table
    cursor.execute(
        f"INSERT INTO {table} ({names}, pgh_created_at, pgh_label, pgh_obj_id) "
        f"SELECT {names}, opened_at, 'insert', id FROM cases_case"
    )


def age_of(mark: str) -> float:
    """Days since the moment in a world's mark."""
    return (timezone.now() - datetime.fromisoformat(mark.rpartition(" ")[2])).total_seconds() / 86400
