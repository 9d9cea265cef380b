"""The statements that say what else has to be completed again where some facts changed."""

from fanal.kpis.derivations import SAME_PERSON, span
from fanal.kpis.rules import COMES_TO_PEOPLE, LONGEST


def with_its_case(table: str, fact: str) -> str:
    """The ids of such facts that were touched themselves, or whose case was."""
    return f"""
        SELECT unnest(%({fact})s::bigint[])
        UNION SELECT id FROM {table} WHERE case_id = ANY(%(case)s)
    """


# UNION, for an OR over subqueries can use no index.
SCOPE = {
    "handling": """
        SELECT unnest(%(handling)s::bigint[])
        UNION SELECT id FROM kpis_handling WHERE interaction_id IN (
            SELECT interaction_id FROM kpis_queuestay WHERE id = ANY(%(stay)s)
            UNION SELECT interaction_id FROM kpis_transfermade WHERE id = ANY(%(transfer)s))
    """,
    "contact": """
        SELECT unnest(%(contact)s::bigint[])
        UNION SELECT id FROM kpis_contactfact WHERE id IN (
            SELECT interaction_id FROM kpis_queuestay WHERE id = ANY(%(stay)s)
            UNION SELECT interaction_id FROM kpis_handling WHERE id = ANY(%(handling)s))
    """,
    "case": """
        SELECT unnest(%(case)s::bigint[])
        UNION SELECT id FROM kpis_casefact WHERE id IN (
            SELECT case_id FROM kpis_casemove WHERE id = ANY(%(move)s)
            UNION SELECT case_id FROM kpis_passage WHERE id = ANY(%(passage)s)
            UNION SELECT case_id FROM kpis_casecontact WHERE id = ANY(%(case_contact)s))
        UNION SELECT id FROM kpis_casefact WHERE interaction_id IN (
            SELECT interaction_id FROM kpis_queuestay WHERE id = ANY(%(stay)s))
    """,
    "move": with_its_case("kpis_casemove", "move"),
    "passage": with_its_case("kpis_passage", "passage"),
    "clock": with_its_case("kpis_clockend", "clock"),
    "issue": """
        SELECT unnest(%(issue)s::bigint[])
        UNION SELECT id FROM kpis_issuefact WHERE case_id = ANY(%(case)s)
        UNION SELECT id FROM kpis_issuefact WHERE interaction_id IN (
            SELECT unnest(%(contact)s::bigint[])
            UNION SELECT interaction_id FROM kpis_queuestay WHERE id = ANY(%(stay)s)
            UNION SELECT interaction_id FROM kpis_handling WHERE id = ANY(%(handling)s))
    """,
    "flow": f"""
        SELECT unnest(%(flow)s::bigint[])
        UNION SELECT id FROM kpis_selfservice WHERE interaction_id IN (
            SELECT unnest(%(contact)s::bigint[])
            UNION SELECT interaction_id FROM kpis_queuestay WHERE id = ANY(%(stay)s)
            UNION SELECT interaction_id FROM kpis_handling WHERE id = ANY(%(handling)s))
        UNION SELECT k.id FROM kpis_handling h JOIN interactions_interaction o ON o.id = h.interaction_id
            JOIN kpis_selfservice k ON k.interval_at BETWEEN h.started_at - {span(2 * COMES_TO_PEOPLE)} AND h.started_at
            JOIN interactions_interaction i ON i.id = k.interaction_id AND {SAME_PERSON}
        WHERE h.id = ANY(%(handling)s)
    """,
    "advice": """
        SELECT unnest(%(advice)s::bigint[])
        UNION SELECT id FROM kpis_advicefact WHERE interaction_id IN (
            SELECT interaction_id FROM kpis_queuestay WHERE id = ANY(%(stay)s))
    """,
}

BESIDE = f"""
SELECT DISTINCT o.id FROM kpis_handling h JOIN kpis_handling o ON o.agent_id = h.agent_id
    AND o.started_at > h.started_at - {span(LONGEST)} AND o.started_at < h.started_at + {span(LONGEST)}
    AND o.started_at < COALESCE(h.wrapped_up_at, h.ended_at, 'infinity')
    AND COALESCE(o.wrapped_up_at, o.ended_at, 'infinity') > h.started_at
WHERE h.id = ANY(%(ids)s)
"""
