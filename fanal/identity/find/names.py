"""Names with slips of the finger, in any script: near words of the dictionary first, then the customers who bear them.

Every fuzzy key hangs on a distinct word (`customers/index.py`), never on a customer: words are far fewer than people.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fanal.agents.models import Agent
from fanal.identity.find.results import Hit, Kind
from fanal.identity.rules import may_see
from fanal.identity.rules.assurance import VERIFIED
from fanal.norms import names, scripts, spelling
from fanal.running.connections import prepared_cursor

MOST_WORDS = 4
MOST_NEAR, MOST_BY_SOUND = 500, 64
BEGINNINGS = 32
MOST_PER_KEY = 150
MOST_TOKENS_OF_ONE = 80
MOST_CUSTOMERS = 200
SAME, CLOSE, ONE_SLIP = 0.0, 1.05, 0.65
BEGINNING, MISSING_LETTER = 0.3, 0.04
SHORTEST_BEGINNING = 3
KEPT_FOR_THE_INEXACT = 3
EXTRA_WORD = 0.02
NOT_MET = 2.0

# The limits are written out: the plan that PostgreSQL keeps for every search would be made for unknown ones.
_NEAR = f"""
(SELECT wanted.key, t.id, t.text FROM unnest(%(keys)s::text[]) AS wanted(key),
    LATERAL (SELECT token_id FROM customers_namekey k WHERE k.key = wanted.key
        ORDER BY k.token_id LIMIT {MOST_PER_KEY}) filed
    JOIN customers_nametoken t ON t.id = filed.token_id)
UNION ALL
(SELECT '', t.id, t.text FROM customers_nametoken t
    WHERE t.text >= %(beginning)s AND t.text < %(beyond)s ORDER BY t.text LIMIT {BEGINNINGS})
"""

# A year of birth, of anybody who may be alive.
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")

Near = Mapping[int, float]


@dataclass(frozen=True, kw_only=True)
class Bearer:
    """A customer with how far the name is from what was typed: 0 is the same words."""

    customer_id: int
    distance: float


@dataclass(frozen=True, kw_only=True)
class Only:
    """Which customers are looked at: a condition on the table `c`, with its values."""

    sql: str
    values: tuple[Any, ...]

    def also(self, sql: str, *values: Any) -> "Only":
        return Only(sql=f"{self.sql} AND {sql}", values=(*self.values, *values))


def by_name(text: str, *, agent: Agent, limit: int) -> list[Hit]:
    """Customers whose name is near the text, nearest first; a year of birth or a town beside the name narrows them.

    Only for whom the role shows these fields: a search must not say what a page does not.
    """
    everybody = Only(sql="c.practice = %s", values=(agent.practising,))
    years, text = _YEAR.findall(text), _YEAR.sub(" ", text)
    words = _words(text)
    if not words:
        return []
    arabic = scripts.is_arabic(text)
    if years and may_see("personal", role_field_classes=agent.role.field_classes, assurance=VERIFIED):
        born_then = everybody.also("extract(year FROM c.born_on) = ANY(%s::int[])", [int(year) for year in years])
        if bearers := _search(words, stage=1, only=born_then, limit=limit, arabic=arabic):
            return [_hit(bearer) for bearer in bearers[:limit]]
    bearers = _search(words, stage=1, only=everybody, limit=limit, arabic=arabic)
    perhaps_a_town = not bearers or bearers[0].distance >= NOT_MET or _is_poor(bearers, words)
    if perhaps_a_town and may_see("address", role_field_classes=agent.role.field_classes, assurance=VERIFIED):
        bearers = _merged(_in_a_town(text, only=everybody, limit=limit), bearers)
    if _is_poor(bearers, words):
        again = _search(words, stage=2, only=everybody, limit=limit, arabic=arabic)
        bearers = _merged(bearers, again)
    return [_hit(bearer) for bearer in bearers[:limit]]


def _is_poor(bearers: Sequence[Bearer], words: Sequence[str]) -> bool:
    return not bearers or bearers[0].distance > spelling.POOR * len(words) / 2


def _in_a_town(text: str, *, only: Only, limit: int) -> list[Bearer]:
    """A town at the end or the beginning, if somebody lives there, and the name is the rest."""
    parts = text.split()
    if len(parts) < 2:
        return []
    ways = {" ".join(parts[cut:]).casefold(): parts[:cut] for cut in (-1, -2) if len(parts) > -cut}
    ways.setdefault(parts[0].casefold(), parts[1:])
    with prepared_cursor() as cursor:
        cursor.execute(
            "SELECT town FROM unnest(%s::text[]) town "
            "WHERE EXISTS (SELECT FROM customers_customer c WHERE lower(c.city) = town AND c.city <> '')",
            [list(ways)],
        )
        towns = [town for (town,) in cursor.fetchall()]
    found: list[Bearer] = []
    for town in towns:
        name = " ".join(ways[town])
        there = only.also("lower(c.city) = %s AND c.city <> ''", town)
        if words := _words(name):
            found = _merged(found, _search(words, stage=1, only=there, limit=limit, arabic=scripts.is_arabic(name)))
    return found


def _words(text: str) -> list[str]:
    """At most four words, the longest if there are more, in the order they were typed."""
    found = list(dict.fromkeys(word[:80] for word in names.tokens(text)))
    longer = [word for word in found if len(word) > 1] or found
    kept = set(sorted(longer, key=len, reverse=True)[:MOST_WORDS])
    return [word for word in longer if word in kept]


def _search(words: Sequence[str], *, stage: spelling.Stage, only: Only, limit: int, arabic: bool) -> list[Bearer]:
    near = [some for some in _near_tokens(words, stage, arabic=arabic) if some]
    if not near:
        return []
    missing = len(words) - len(near)
    if len(near) == 1:
        return _bearers_of_one(near[0], missing=missing, only=only, limit=limit)
    found: list[Bearer] = []
    for farthest in (SAME, CLOSE, spelling.FAR):
        within = [{token: far for token, far in some.items() if far <= farthest} for some in near]
        if all(within) and len(found) < limit:
            found = _merged(found, _bearers_of_all(within, missing=missing, only=only))
    return found


def _near_tokens(words: Sequence[str], stage: spelling.Stage, *, arabic: bool) -> list[dict[int, float]]:
    """For each word the nearest words of the dictionary with their distances; one look-up for all of them."""
    readings = {word: [word, *(spelling.without_article(word) if arabic else ())] for word in words}
    keys = {one: spelling.query_keys(one, stage) for word in words for one in readings[word]}
    last = words[-1]
    beginning = last if len(last) >= SHORTEST_BEGINNING else None
    with prepared_cursor() as cursor:
        cursor.execute(
            _NEAR,
            {
                "keys": list(dict.fromkeys(key for some in keys.values() for key in some)),
                "beginning": beginning,
                "beyond": f"{beginning}\U0010ffff" if beginning else None,
            },
        )
        rows = cursor.fetchall()
    met: dict[str, dict[int, str]] = {}
    for key, token_id, text in rows:
        met.setdefault(key, {})[token_id] = text
    found = [_nearest_reading(readings[word], keys, met, arabic=arabic) for word in words]
    for token_id, text in met.get("", {}).items():
        distance = BEGINNING + MISSING_LETTER * (len(text) - len(last)) if text != last else 0.0
        found[-1][token_id] = min(distance, found[-1].get(token_id, distance))
    return found


def _nearest_reading(
    readings: Sequence[str],
    keys: Mapping[str, Sequence[str]],
    met: Mapping[str, Mapping[int, str]],
    *,
    arabic: bool,
) -> dict[int, float]:
    """The word as it is, and what it may be if its article was mistyped, which is a slip already."""
    first, *others = readings
    near = _nearest(first, keys[first], met, arabic=arabic)
    for other in others:
        for token, far in _nearest(other, keys[other], met, arabic=arabic).items():
            if far == 0:
                near[token] = min(ONE_SLIP, near.get(token, ONE_SLIP))
    return near


def _nearest(word: str, keys: Sequence[str], met: Mapping[str, Mapping[int, str]], *, arabic: bool) -> dict[int, float]:
    """All that are one slip away, and the nearest of those that only sound alike.

    One slip comes just before words that only sound alike: whoever types the letters mostly knows them.
    """
    texts = {text: token_id for key in keys for token_id, text in met.get(key, {}).items()}
    near: dict[int, float] = {}
    by_sound = 0
    for text, far in spelling.nearest(word, texts, keep=MOST_NEAR):
        is_slip = spelling.one_slip(word, text, arabic=arabic)
        by_sound += not is_slip
        if is_slip or by_sound <= MOST_BY_SOUND:
            near[texts[text]] = min(far, ONE_SLIP) if is_slip else far
    return near


def _bearers_of_one(near: Near, *, missing: int, only: Only, limit: int) -> list[Bearer]:
    """One word: the nearest words in turn, of equally near ones the commoner first.

    The inexact have some places even when the exact one has thousands of bearers.
    """
    order = sorted(near, key=lambda token: (near[token], token))[:MOST_TOKENS_OF_ONE]
    with prepared_cursor() as cursor:
        cursor.execute(
            f"""
            SELECT word.id, bearer.customer_id FROM unnest(%s::bigint[]) AS word(id),
            LATERAL (SELECT ct.customer_id FROM customers_customertoken ct
                JOIN customers_customer c ON c.id = ct.customer_id
                WHERE ct.token_id = word.id AND {only.sql} LIMIT {limit:d}) bearer
            """,
            [_array(order), *only.values],
        )
        bearers: dict[int, list[int]] = {}
        for token, customer_id in cursor.fetchall():
            bearers.setdefault(token, []).append(customer_id)
    taken: dict[int, float] = {}
    later: dict[int, float] = {}
    for token in sorted(bearers, key=lambda token: (near[token], -len(bearers[token]), token)):
        now = limit - KEPT_FOR_THE_INEXACT if near[token] == 0 else 1
        for place, customer_id in enumerate(bearers[token]):
            (taken if place < now else later).setdefault(customer_id, near[token] + missing * NOT_MET)
    chosen = dict(list(taken.items())[:limit])
    for customer_id, distance in {**taken, **later}.items():
        if len(chosen) >= limit:
            break
        chosen.setdefault(customer_id, distance)
    return _in_order(Bearer(customer_id=key, distance=value) for key, value in chosen.items())


def _bearers_of_all(near: Sequence[Near], *, missing: int, only: Only) -> list[Bearer]:
    """Several words: customers who bear a near word for each, by the sum of the distances."""
    each = " AND ".join("c.tokens && %s::int[]" for _ in near)
    with prepared_cursor() as cursor:
        cursor.execute(
            f"SELECT c.id, c.tokens FROM customers_customer c WHERE {each} AND {only.sql} LIMIT {MOST_CUSTOMERS}",
            [*map(_array, near), *only.values],
        )
        rows = cursor.fetchall()
    return _in_order(Bearer(customer_id=row[0], distance=_distance(near, row[1]) + missing * NOT_MET) for row in rows)


def _array(tokens: Iterable[int]) -> str:
    """As PostgreSQL writes an array, so that the same statement is prepared for small and large numbers."""
    return f"{{{','.join(map(str, tokens))}}}"


def _distance(near: Sequence[Near], tokens: Sequence[int]) -> float:
    total = sum(min(some[token] for token in tokens if token in some) for some in near)
    return total + EXTRA_WORD * max(0, len(tokens) - len(near))


def _in_order(bearers: Iterable[Bearer]) -> list[Bearer]:
    return sorted(bearers, key=lambda bearer: (bearer.distance, bearer.customer_id))


def _merged(first: Sequence[Bearer], second: Sequence[Bearer]) -> list[Bearer]:
    best: dict[int, Bearer] = {}
    for bearer in (*first, *second):
        known = best.get(bearer.customer_id)
        if known is None or bearer.distance < known.distance:
            best[bearer.customer_id] = bearer
    return _in_order(best.values())


def _hit(bearer: Bearer) -> Hit:
    code = "name" if bearer.distance <= 5 * EXTRA_WORD else "name_near" if bearer.distance <= 2.2 else "name_far"
    return Hit(kind=Kind.CUSTOMER, id=bearer.customer_id, score=0.9 / (1 + bearer.distance), code=code)
