"""The index by which names are found: a dictionary of folded words, and which customers bear them.

Kept in the transaction that changes the name. A bulk load copies customers in and calls `rebuild` once.
"""

from collections.abc import Callable, Iterable, Sequence

from django.db import connection, transaction

from fanal.norms import names, spelling

BATCH = 20_000
Progress = Callable[[str], object]


def words_of(*written: str) -> tuple[str, ...]:
    """The distinct folded words of a customer's names, in the order they were written."""
    words = (word[:80] for name in written for word in names.tokens(name))
    return tuple(dict.fromkeys(words))


@transaction.atomic
def put(customer_id: int, *written: str) -> None:
    """File a customer under the words of these names, and under no others."""
    ids = _ids_of(words_of(*written))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_customer SET tokens = %s::int[] WHERE id = %s AND tokens <> %s::int[]",
            [ids, customer_id, ids],
        )
        cursor.execute(
            "DELETE FROM customers_customertoken WHERE customer_id = %s AND token_id <> ALL(%s::bigint[])",
            [customer_id, ids],
        )
        cursor.execute(
            "INSERT INTO customers_customertoken (token_id, customer_id) "
            "SELECT unnest(%s::bigint[]), %s ON CONFLICT DO NOTHING",
            [ids, customer_id],
        )


def rebuild(*, progress: Progress = lambda text: None, customers: Sequence[int] | None = None) -> int:
    """File every customer (or these) anew, in batches; returns how many. For imports, demos and repair."""
    total = 0
    where, values = ("WHERE id = ANY(%s::bigint[])", [list(customers)]) if customers is not None else ("", [])
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, name, given_name, family_name FROM customers_customer {where} ORDER BY id", values)
        rows = cursor.fetchall()
    for start in range(0, len(rows), BATCH):
        batch = {row[0]: words_of(*row[1:]) for row in rows[start : start + BATCH]}
        with transaction.atomic():
            _file(batch)
        total += len(batch)
        progress(f"{total:,} names filed")
    return total


def _file(words: dict[int, tuple[str, ...]]) -> None:
    known = _dictionary({word for some in words.values() for word in some})
    pairs = [(known[word], customer_id) for customer_id, some in words.items() for word in some]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM customers_customertoken WHERE customer_id = ANY(%s::bigint[])", [list(words)])
        with cursor.copy("COPY customers_customertoken (token_id, customer_id) FROM STDIN") as copy:
            for pair in pairs:
                copy.write_row(pair)
        cursor.execute(
            """
            UPDATE customers_customer c SET tokens = t.ids FROM (
                SELECT customer_id, array_agg(token_id::int ORDER BY token_id) AS ids FROM customers_customertoken
                WHERE customer_id = ANY(%s::bigint[]) GROUP BY customer_id
            ) t WHERE c.id = t.customer_id
            """,
            [list(words)],
        )


def _ids_of(words: Iterable[str]) -> list[int]:
    return sorted(_dictionary(set(words)).values())


def _dictionary(words: set[str]) -> dict[str, int]:
    """The id of each word; a new one is entered with its keys. Sorted, so that two writers never wait in a circle."""
    if not words:
        return {}
    wanted = sorted(words)
    with connection.cursor() as cursor:
        cursor.execute("SELECT text, id FROM customers_nametoken WHERE text = ANY(%s::text[])", [wanted])
        known: dict[str, int] = dict(cursor.fetchall())
        fresh = [word for word in wanted if word not in known]
        if fresh:
            cursor.execute(
                "INSERT INTO customers_nametoken (text) SELECT unnest(%s::text[]) "
                "ON CONFLICT (text) DO UPDATE SET text = excluded.text RETURNING text, id",
                [fresh],
            )
            entered = dict(cursor.fetchall())
            known |= entered
            keys = [(key[:90], token_id) for word, token_id in entered.items() for key in spelling.keys(word)]
            cursor.execute(
                "INSERT INTO customers_namekey (key, token_id) "
                "SELECT * FROM unnest(%s::text[], %s::bigint[]) ON CONFLICT DO NOTHING",
                [[key for key, _ in keys], [token_id for _, token_id in keys]],
            )
    return known
