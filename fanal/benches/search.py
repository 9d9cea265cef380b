"""How long a search takes and how often it finds whom one means: slips, other scripts, numbers in any format."""

import random
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from fanal.agents.models import Agent, Permission, Role
from fanal.benches import people
from fanal.benches.accepting import accept_while_searching
from fanal.benches.frame import Progress
from fanal.benches.identity import percentiles
from fanal.benches.names_of_people import ARABIC_FAMILY, ARABIC_GIVEN
from fanal.customers import index
from fanal.identity.find import search

NAME = "search"
GOALS = {
    "search_p95_ms": 30.0,
    "exact_p95_ms": 5.0,
    "recall_with_a_typo": 0.95,
    "recall_across_scripts": 0.90,
    "recall_arabic_with_a_typo": 0.90,
    "accept_p95_ms": 100.0,
}
SEED = 9
TYPOS, IN_ARABIC = ("full_name_typo", "family_name_typo"), "arabic_typo"
LETTERS = {
    "latin": "abcdefghijklmnopqrstuvwxyz",
    "cyrillic": "абвгдежзийклмнопрстуфхцчшщыьэюя",
    "arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
}

# ruff: noqa: SIM905
# How Russian names are really written in Latin letters: for English readers, in passports, in French, in German.
_RUSSIAN = "а б в г д е ё ж з и й к л м н о п р с т у ф х ц ч ш щ ъ ы ь э ю я".split()
_ROMAN = {
    "english": "a b v g d e yo zh z i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya".split(),
    "passport": "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch ie y - e iu ia".split(),
    "french": "a b v g d e io j z i i k l m n o p r s t ou f kh ts tch ch chtch - y - e iou ia".split(),
    "german": "a b w g d e jo sch s i i k l m n o p r s t u f ch z tsch sch schtsch - y - e ju ja".split(),
}


@dataclass(frozen=True, kw_only=True)
class Query:
    """What is typed, and the words that a customer in the first ten must bear (or the object that must be there)."""

    kind: str
    text: str
    words: frozenset[str] = frozenset()
    target: tuple[str, int] | None = None


def run(
    progress: Progress, *, scale: float = 1.0, names: float = 300, seconds: float = 30
) -> tuple[dict[str, Any], dict[str, Any]]:
    """One search after the other, as one person types them; the time includes our own Python and every query.

    Then the same over HTTP, twenty a second by 200 agents, who take what rings meanwhile: `accept_p95_ms`.
    """
    people.ready(progress=progress, scale=scale)
    rng = random.Random(SEED)
    agent = _agent()
    queries = [*_name_queries(rng, int(names)), *_exact_queries(rng, int(names))]
    rng.shuffle(queries)
    for query in queries[:100]:
        search(query.text, agent=agent)
    took: dict[str, list[float]] = {}
    hits: dict[str, list[bool]] = {}
    cut = 0
    for place, query in enumerate(queries):
        start = time.perf_counter()
        found = search(query.text, agent=agent)
        took.setdefault(query.kind, []).append((time.perf_counter() - start) * 1000)
        cut += bool(found.cut)
        hits.setdefault(query.kind, []).append(_is_hit(query, found))
        if query.kind in TYPOS and _script(query.text) == "arabic":
            hits.setdefault(IN_ARABIC, []).append(hits[query.kind][-1])
        if place % 500 == 499:
            progress(f"{place + 1} of {len(queries)} searches")
    load = {
        "customers": _scalar("SELECT count(*) FROM customers_customer"),
        "orders": _scalar("SELECT count(*) FROM holdings_order"),
    }
    figures = _figures(took, hits) | {"cut_searches": cut}
    figures |= accept_while_searching([query.text for query in queries], progress, scale=scale, seconds=int(seconds))
    return load | {"searches": len(queries)}, figures


def _figures(took: dict[str, list[float]], hits: dict[str, list[bool]]) -> dict[str, Any]:
    exact = [kind for kind in took if kind.startswith("exact_")]
    by_name = [kind for kind in took if not kind.startswith("exact_")]
    figures: dict[str, Any] = {}
    for prefix, kinds in (("search", by_name), ("exact", exact)):
        for name, value in percentiles([one for kind in kinds for one in took[kind]]).items():
            figures[f"{prefix}_{name}_ms"] = value
    figures["recall_with_a_typo"] = _share(hits["full_name_typo"] + hits["family_name_typo"])
    figures["recall_arabic_with_a_typo"] = _share(hits.get(IN_ARABIC, []))
    figures["recall_across_scripts"] = _share(hits["across_scripts"])
    for kind in sorted(took):
        figures[f"{kind}_p95_ms"] = percentiles(took[kind])["p95"]
        figures[f"{kind}_recall"] = _share(hits[kind])
    return figures


def _share(hits: list[bool]) -> float:
    return round(sum(hits) / len(hits), 3) if hits else 0.0


def _name_queries(rng: random.Random, count: int) -> Iterable[Query]:
    sample = _sample(rng, count * 12)
    full = [row for row in sample if len(row[0].split()) >= 2]
    for name, _given, _family in full[:count]:
        yield Query(kind="name_as_written", text=name, words=_words(name))
    for name, _given, _family in full[count : 2 * count]:
        yield Query(kind="full_name_typo", text=_with_slip(rng, name), words=_words(name))
    for _name, _given, family in full[2 * count : 2 * count + count * 2 // 3]:
        yield Query(kind="family_name_typo", text=_with_slip(rng, family), words=_words(family))
    across = [query for row in full[3 * count :] if (query := _across(rng, *row))]
    yield from across[:count]
    for query in across[count : count + count * 2 // 3]:
        yield Query(kind="across_scripts_typo", text=_with_slip(rng, query.text), words=query.words)


def _exact_queries(rng: random.Random, count: int) -> Iterable[Query]:
    customers = _scalar("SELECT max(id) FROM customers_customer")
    ids = [rng.randrange(1, customers + 1) for _ in range(count)]
    for customer_id, value in _rows(
        "SELECT customer_id, value FROM customers_contactpoint WHERE customer_id = ANY(%s) AND kind = 'phone'", ids
    ):
        yield Query(kind="exact_phone", text=_as_typed(rng, value), target=("customer", customer_id))
    for customer_id, value in _rows(
        "SELECT customer_id, value FROM customers_contactpoint WHERE customer_id = ANY(%s) AND kind = 'email'", ids
    ):
        yield Query(kind="exact_email", text=value.upper(), target=("customer", customer_id))
    for order_id, number in _rows("SELECT id, number FROM holdings_order WHERE id = ANY(%s)", ids):
        yield Query(kind="exact_order", text=number, target=("order", order_id))
        yield Query(kind="exact_order_digits", text=number[-7:], target=("order", order_id))
    for order_id, number in _rows(
        "SELECT id, tracking_number FROM holdings_order WHERE id = ANY(%s) AND tracking_number <> ''", ids
    ):
        yield Query(kind="exact_tracking", text=number, target=("order", order_id))


def _across(rng: random.Random, name: str, given: str, family: str) -> Query | None:
    """The name as somebody writes it who uses another script; None where nobody listed how."""
    if given in ARABIC_GIVEN and family in ARABIC_FAMILY:
        latin = f"{rng.choice(ARABIC_GIVEN[given].split())} {rng.choice(ARABIC_FAMILY[family].split())}"
        return Query(kind="across_scripts", text=latin, words=_words(name))
    if any("\u0400" <= char <= "\u04ff" for char in name):
        letters = dict(zip(_RUSSIAN, _ROMAN[rng.choice(list(_ROMAN))], strict=True))
        latin = "".join(letters.get(char, char) for char in name.lower()).replace("-", "")
        return Query(kind="across_scripts", text=latin, words=_words(name))
    return None


def _with_slip(rng: random.Random, text: str) -> str:
    """One letter inserted, left out, changed or swapped with the next, in one word of four letters or more."""
    words = text.split()
    long = [place for place, word in enumerate(words) if len(word) >= 4]
    if not long:
        return text
    place = rng.choice(long)
    word = words[place]
    at = rng.randrange(len(word) - 1)
    letter = rng.choice(LETTERS[_script(word)])
    match rng.choice(("insert", "delete", "change", "swap")):
        case "insert":
            word = word[:at] + letter + word[at:]
        case "delete":
            word = word[:at] + word[at + 1 :]
        case "change":
            word = word[:at] + letter + word[at + 1 :]
        case _:
            word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    words[place] = word
    return " ".join(words)


def _script(word: str) -> str:
    if any("\u0400" <= char <= "\u04ff" for char in word):
        return "cyrillic"
    return "arabic" if any("\u0600" <= char <= "\u06ff" for char in word) else "latin"


def _as_typed(rng: random.Random, e164: str) -> str:
    """As networks and people write it: international, with brackets, in the national form, without its zero."""
    code = next(code for code in ("33", "44", "49", "20", "7") if e164[1:].startswith(code))
    national = e164[1 + len(code) :]
    forms = (e164, f"00{code}{national}", f"+{code} ({national[:3]}) {national[3:]}", f"0{national}", national)
    return rng.choice(forms)


def _is_hit(query: Query, found: Iterable[Any]) -> bool:
    if query.target:
        return any((one.kind, one.id) == query.target for one in found)
    return any(query.words <= frozenset(index.words_of(one.title)) for one in found if one.kind == "customer")


def _words(name: str) -> frozenset[str]:
    return frozenset(index.words_of(name))


def _agent() -> Agent:
    role = Role(code="bench", name="Bench", permissions=[*Permission], field_classes=[])
    return Agent(pk=0, email="bench@example.org", name="Bench", role=role)


def _sample(rng: random.Random, count: int) -> list[tuple[str, str, str]]:
    customers = _scalar("SELECT max(id) FROM customers_customer")
    ids = [rng.randrange(1, customers + 1) for _ in range(count)]
    return [
        row[1:]
        for row in _rows(
            "SELECT id, name, given_name, family_name FROM customers_customer WHERE id = ANY(%s) ORDER BY id", ids
        )
    ]


def _rows(sql: str, ids: list[int]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [ids])
        return list(cursor.fetchall())


def _scalar(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])
