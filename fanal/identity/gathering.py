"""The facts that resolve() weighs, out of the database in one query; in three when some of the people were merged."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fanal.customers.survivors import survivors_of
from fanal.environment import environment
from fanal.identity.rules import Evidence, Lane, Match, Person, Source
from fanal.norms import digits, emails, phones
from fanal.running.connections import prepared_cursor

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
    branches = _branches(evidence, addresses)
    if not branches:
        return []
    values = [value for address in addresses if address.source is Source.CHANNEL for value in address.values]
    rows = _met(branches, values, practice=evidence.practice)
    if not any(row[_SURVIVOR] is not None or row[_HAS_MERGED] for row in rows):
        return _as_they_are(rows, values)
    matches = _by_survivor(row[:_SURVIVOR] for row in rows)
    return _through_merges(matches, values)


def looks_alike(some: Evidence, other: Evidence) -> bool:
    """Whether both point at the same people, because they are looked for by the same."""
    asked = [_branches(one, addresses_of(one)) for one in (some, other)]
    return asked[0] == asked[1] and some.practice == other.practice


def email_forms(text: str) -> tuple[str, ...]:
    """The forms under which an e-mail address may be kept: its matching key, and the address in lower case."""
    email = emails.normalise(text)
    return tuple(dict.fromkeys([email.key, email.address.lower()])) if email else ()


def _phone(raw: str, source: Source, region: str) -> Address | None:
    if not raw or phones.withheld(raw):
        return None
    if phone := phones.e164(raw, region or environment.country or None):
        return Address(lane=Lane.PHONE, source=source, values=(phone,))
    national = digits.only(raw).lstrip("0")
    if not LONGEST_TAIL <= len(national) <= 15:
        return None
    return Address(lane=Lane.PHONE, source=source, values=(), tail=national[-LONGEST_TAIL:])


def _email(raw: str, source: Source) -> Address | None:
    forms = email_forms(raw) if raw else ()
    return Address(lane=Lane.EMAIL, source=source, values=forms) if forms else None


def _branches(evidence: Evidence, addresses: Sequence[Address]) -> list[tuple[str, list[Any]]]:
    """A SELECT with its values for each piece of evidence."""
    branches = [_contact_point_branch(address) for address in addresses]
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
    return branches


# What is known of whoever some evidence points at. Who was merged has more rows than these: see `_through_merges`.
_MET = """
WITH hit AS MATERIALIZED ({branches})
SELECT hit.lane, hit.source, hit.shared, hit.state, c.id, c.survivor_id,
    EXISTS (SELECT FROM customers_customer m WHERE m.survivor_id = c.id),
    c.name, c.language, c.born_on, c.postcode, heard.last_at, heard.here,
    (SELECT count(*) FROM holdings_order o WHERE o.customer_id = c.id
        AND o.state IN ('placed', 'paid', 'packed', 'shipped')),
    (SELECT count(*) FROM cases_case k WHERE k.customer_id = c.id AND k.state <> 'settled' AND k.withdrawn_at IS NULL),
    ARRAY(SELECT r.represents_id FROM customers_relationship r WHERE r.kind = 'household' AND r.person_id = c.id
            AND r.represents_id IN (SELECT customer_id FROM hit)
        UNION ALL SELECT r.person_id FROM customers_relationship r WHERE r.kind = 'household' AND r.represents_id = c.id
            AND r.person_id IN (SELECT customer_id FROM hit))
FROM hit JOIN customers_customer c ON c.id = hit.customer_id
CROSS JOIN LATERAL (SELECT max(s.last_at) AS last_at, bool_or(s.value = ANY(%s::text[])) AS here
    FROM identity_sighting s WHERE s.customer_id = c.id) heard
WHERE c.practice = %s
"""
_CUSTOMER, _SURVIVOR, _HAS_MERGED, _KNOWN = 4, 5, 6, 7


def _met(branches: Sequence[tuple[str, list[Any]]], values: Sequence[str], *, practice: bool) -> list[tuple[Any, ...]]:
    """A row for each piece of evidence that meets somebody, with what is known of them."""
    union = " UNION ALL ".join(f"({sql})" for sql, _ in branches)
    met = [value for _, some in branches for value in some]
    with prepared_cursor() as cursor:
        cursor.execute(_MET.format(branches=union), [*met, list(values), practice])
        return list(cursor.fetchall())


def _as_they_are(rows: Iterable[tuple[Any, ...]], values: Sequence[str]) -> list[Person]:
    """Nobody among them was merged, so that each row says all there is to know."""
    met: dict[int, dict[tuple[str, str], Match]] = {}
    known: dict[int, tuple[Any, ...]] = {}
    for row in rows:
        _note(met.setdefault(row[_CUSTOMER], {}), row)
        known[row[_CUSTOMER]] = row[_KNOWN:]
    return [_person(who, _without_sightings_of_own(met[who]), known[who], values) for who in sorted(known)]


def _contact_point_branch(address: Address) -> tuple[str, list[Any]]:
    where, values = f"value IN ({', '.join('%s' for _ in address.values)})", [*address.values]
    if address.tail:
        where = f"right(value, {SHORTEST_TAIL}) = %s AND right(value, {LONGEST_TAIL}) = %s"
        values = [address.tail[-SHORTEST_TAIL:], address.tail]
    # The kind is written out, not a parameter, so that the partial index on phone tails may serve.
    sql = (
        f"SELECT {_named(address.lane, address.source)}, customer_id, shared, state FROM customers_contactpoint "
        f"WHERE kind = '{address.lane.value}' AND {where} AND ended_at IS NULL AND state <> 'invalid' "
        f"LIMIT {MOST_PER_LANE}"
    )
    return sql, values


def _named(lane: Lane, source: Source) -> str:
    return f"'{lane.value}' AS lane, '{source.value}' AS source"


def _sighting_branch(handle: str) -> tuple[str, list[Any]]:
    sql = (
        f"SELECT {_named(Lane.SEEN, Source.CHANNEL)}, customer_id, true AS shared, '' AS state FROM identity_sighting "
        f"WHERE kind = 'handle' AND value = %s LIMIT {MOST_PER_LANE}"
    )
    return sql, [handle]


def _claim_branch(lane: Lane, source: Source, sql: str, value: Any) -> tuple[str, list[Any]]:
    claim = f"({sql} LIMIT {MOST_PER_LANE}) claim(customer_id)"
    branch = f"SELECT {_named(lane, source)}, claim.*, false AS shared, '' AS state FROM {claim}"
    return branch, [value]


def _by_survivor(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[Match]]:
    rows = list(rows)
    survivors = survivors_of(row[_CUSTOMER] for row in rows)
    found: dict[int, dict[tuple[str, str], Match]] = defaultdict(dict)
    for row in rows:
        _note(found[survivors[row[_CUSTOMER]]], row)
    return {customer_id: _without_sightings_of_own(met) for customer_id, met in found.items()}


def _note(met: dict[tuple[str, str], Match], row: Sequence[Any]) -> None:
    """Evidence that is theirs alone counts before the same evidence on a line they share."""
    lane, source, shared, state = row[:4]
    before = met.get((lane, source))
    if before is None or (before.shared and not shared):
        met[lane, source] = Match(lane=Lane(lane), source=Source(source), shared=shared, state=state)


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


def _through_merges(matches: Mapping[int, list[Match]], values: Sequence[str]) -> list[Person]:
    """The rows of everybody merged into a survivor count as the survivor's."""
    with prepared_cursor() as cursor:
        cursor.execute(_PEOPLE, {"ids": sorted(matches), "values": list(values)})
        rows = cursor.fetchall()
    return [_person(row[0], matches[row[0]], row[1:], values) for row in rows]


def _person(customer_id: int, matches: Sequence[Match], known: Sequence[Any], values: Collection[str]) -> Person:
    name, language, born_on, postcode, last_at, here, orders, cases, household = known
    return Person(
        customer_id=customer_id,
        name=name,
        matches=tuple(matches),
        language=language,
        born_on=born_on,
        postcode=postcode,
        last_contact_at=last_at,
        heard_from_here=bool(here) if values else None,
        open_orders=orders,
        open_cases=cases,
        household=frozenset(household),
    )


def _number(text: str) -> str:
    return digits.western(text).strip().removeprefix("#").strip()[:60]
