"""The facts that resolve() weighs, out of the database in two or three indexed queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from fanal.customers.survivors import survivors_of
from fanal.environment import environment
from fanal.identity.rules import Evidence, Lane, Match, Person, Source
from fanal.norms import digits, emails, phones

MOST_PER_LANE = 21
SHORTEST_TAIL, LONGEST_TAIL = 7, 9


@dataclass(frozen=True, kw_only=True)
class Address:
    """One address of the contact in normal form; a number without a country is looked for by its last digits."""

    lane: Lane
    source: Source
    values: tuple[str, ...]
    tail: str = ""


def addresses_of(evidence: Evidence) -> list[Address]:
    """The addresses that can be looked up: withheld, malformed and impossible ones are none."""
    found = [
        _phone(evidence.caller_number, Source.CHANNEL, evidence.region),
        _email(evidence.from_address, Source.CHANNEL),
        Address(lane=Lane.HANDLE, source=Source.CHANNEL, values=(evidence.handle,)) if evidence.handle else None,
        _phone(evidence.phone, Source.TYPED, evidence.region),
        _email(evidence.email, Source.TYPED),
    ]
    return [address for address in found if address is not None]


def people_for(evidence: Evidence) -> list[Person]:
    """Everybody the evidence points at, merged customers replaced by their survivors, with what is known of them."""
    addresses = addresses_of(evidence)
    matches = _matches(evidence, addresses)
    if not matches:
        return []
    channel = [address for address in addresses if address.source is Source.CHANNEL]
    return _people(matches, channel)


def email_forms(text: str) -> tuple[str, ...]:
    """The forms under which an e-mail address may be kept: its matching key, and the address in lower case."""
    email = emails.normalise(text)
    return tuple(dict.fromkeys([email.key, email.address.lower()])) if email else ()


def _phone(raw: str, source: Source, region: str) -> Address | None:
    if not raw or phones.withheld(raw):
        return None
    if phone := phones.normalise(raw, region or environment.country or None):
        return Address(lane=Lane.PHONE, source=source, values=(phone.e164,))
    national = digits.only(raw).lstrip("0")
    if not LONGEST_TAIL <= len(national) <= 15:
        return None
    return Address(lane=Lane.PHONE, source=source, values=(), tail=national[-LONGEST_TAIL:])


def _email(raw: str, source: Source) -> Address | None:
    forms = email_forms(raw) if raw else ()
    return Address(lane=Lane.EMAIL, source=source, values=forms) if forms else None


def _matches(evidence: Evidence, addresses: Sequence[Address]) -> dict[int, list[Match]]:
    """One query with a branch for each piece of evidence; customer id to what met them."""
    branches: list[tuple[str, list[Any]]] = []
    for address in addresses:
        branches.append(_contact_point_branch(address))
    if evidence.handle:
        branches.append(_sighting_branch(evidence.handle))
    branches += [
        _claim_branch(lane, source, sql, value)
        for lane, source, sql, value in (
            (
                Lane.HOST,
                Source.SIGNED,
                "SELECT id FROM customers_customer WHERE external_id = %s AND external_id <> ''",
                evidence.signed_external_id,
            ),
            (
                Lane.SIGN_IN,
                Source.SIGNED,
                "SELECT id FROM customers_customer WHERE id = %s",
                evidence.signed_in_customer,
            ),
            (
                Lane.ORDER,
                Source.TYPED,
                "SELECT customer_id FROM holdings_order WHERE number = %s",
                _number(evidence.order_number),
            ),
            (
                Lane.TRACKING,
                Source.TYPED,
                "SELECT customer_id FROM holdings_order WHERE tracking_number = %s AND tracking_number <> ''",
                _number(evidence.tracking_number),
            ),
            (
                Lane.HOLDING,
                Source.TYPED,
                "SELECT customer_id FROM holdings_holding WHERE number = %s AND kind <> 'card'",
                _number(evidence.account_number),
            ),
            (
                Lane.CARD,
                Source.TYPED,
                "SELECT customer_id FROM holdings_holding WHERE number_hash = %s AND number_hash <> ''",
                evidence.card_hash,
            ),
        )
        if value
    ]
    if not branches:
        return {}
    union = " UNION ALL ".join(f"({sql})" for sql, _ in branches)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT hit.lane, hit.source, hit.customer_id, hit.shared, hit.state, c.survivor_id "
            f"FROM ({union}) hit JOIN customers_customer c ON c.id = hit.customer_id WHERE c.practice = %s",
            [*(value for _, values in branches for value in values), evidence.practice],
        )
        rows = cursor.fetchall()
    return _by_survivor(rows)


def _contact_point_branch(address: Address) -> tuple[str, list[Any]]:
    where, values = "value = ANY(%s::text[])", [list(address.values)]
    if address.tail:
        where = f"right(value, {SHORTEST_TAIL}) = %s AND right(value, {LONGEST_TAIL}) = %s"
        values = [address.tail[-SHORTEST_TAIL:], address.tail]  # type: ignore[list-item]
    # The kind is written out, not a parameter, so that the partial index on phone tails may serve.
    sql = (
        "SELECT %s AS lane, %s AS source, customer_id, shared, state FROM customers_contactpoint "
        f"WHERE kind = '{address.lane.value}' AND {where} AND ended_at IS NULL AND state <> 'invalid' "
        f"LIMIT {MOST_PER_LANE}"
    )
    return sql, [address.lane.value, address.source.value, *values]


def _sighting_branch(handle: str) -> tuple[str, list[Any]]:
    sql = (
        "SELECT %s AS lane, %s AS source, customer_id, true AS shared, '' AS state FROM identity_sighting "
        f"WHERE kind = 'handle' AND value = %s LIMIT {MOST_PER_LANE}"
    )
    return sql, [Lane.SEEN.value, Source.CHANNEL.value, handle]


def _claim_branch(lane: Lane, source: Source, sql: str, value: Any) -> tuple[str, list[Any]]:
    claim = f"({sql} LIMIT {MOST_PER_LANE}) claim(customer_id)"
    branch = f"SELECT %s AS lane, %s AS source, claim.*, false AS shared, '' AS state FROM {claim}"
    return branch, [lane.value, source.value, value]


def _by_survivor(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[Match]]:
    rows = list(rows)
    merged = survivors_of(row[2] for row in rows if row[5] is not None)
    found: dict[int, dict[tuple[str, str], Match]] = defaultdict(dict)
    for lane, source, customer_id, shared, state, _ in rows:
        met = found[merged.get(customer_id, customer_id)]
        before = met.get((lane, source))
        if before is None or (before.shared and not shared):
            met[lane, source] = Match(lane=Lane(lane), source=Source(source), shared=shared, state=state)
    return {customer_id: _without_sightings_of_own(met) for customer_id, met in found.items()}


def _without_sightings_of_own(met: Mapping[tuple[str, str], Match]) -> list[Match]:
    """A messenger account that is theirs says more than having been seen there."""
    has_handle = any(match.lane is Lane.HANDLE for match in met.values())
    return [match for match in met.values() if not (has_handle and match.lane is Lane.SEEN)]


_PEOPLE = """
WITH RECURSIVE family AS (
    SELECT id AS survivor, id FROM customers_customer WHERE id = ANY(%(ids)s::bigint[])
    UNION ALL
    SELECT family.survivor, c.id FROM family JOIN customers_customer c ON c.survivor_id = family.id
)
SELECT c.id, c.name, c.language, c.born_on, c.postcode, heard.last_at, heard.here,
    (SELECT count(*) FROM family f JOIN holdings_order o ON o.customer_id = f.id
        WHERE f.survivor = c.id AND o.state IN ('placed', 'paid', 'packed', 'shipped')),
    (SELECT count(*) FROM family f JOIN cases_case k ON k.customer_id = f.id
        WHERE f.survivor = c.id AND k.state <> 'settled' AND k.withdrawn_at IS NULL),
    ARRAY(SELECT CASE WHEN r.person_id = c.id THEN r.represents_id ELSE r.person_id END FROM customers_relationship r
        WHERE r.kind = 'household' AND ((r.person_id = c.id AND r.represents_id = ANY(%(ids)s::bigint[]))
            OR (r.represents_id = c.id AND r.person_id = ANY(%(ids)s::bigint[]))))
FROM customers_customer c
LEFT JOIN LATERAL (
    SELECT max(s.last_at) AS last_at, bool_or(s.value = ANY(%(values)s::text[])) AS here
    FROM family f JOIN identity_sighting s ON s.customer_id = f.id WHERE f.survivor = c.id
) heard ON true
WHERE c.id = ANY(%(ids)s::bigint[])
"""


def _people(matches: Mapping[int, list[Match]], channel: Sequence[Address]) -> list[Person]:
    values = [value for address in channel for value in address.values]
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"ids": sorted(matches), "values": values})
        rows = cursor.fetchall()
    return [
        Person(
            customer_id=row[0],
            name=row[1],
            matches=tuple(matches[row[0]]),
            language=row[2],
            born_on=row[3],
            postcode=row[4],
            last_contact_at=row[5],
            heard_from_here=bool(row[6]) if values else None,
            open_orders=row[7],
            open_cases=row[8],
            household=frozenset(row[9]),
        )
        for row in rows
    ]


def _number(text: str) -> str:
    return digits.western(text).strip().removeprefix("#").strip()[:60]
