"""What customers were told that we have, against what is stored: each once, and in the order in which they wrote it."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import psycopg

from fanal.demo.playing import ledger

CHAT = """
    SELECT split_part(m.external_id, ':', 2), m.id FROM interactions_message m
    JOIN interactions_interaction i ON i.id = m.interaction_id
    WHERE i.channel = 'webchat' AND m.author = 'customer'
"""
MAIL = "SELECT header_id, message_id FROM interactions_letter WHERE NOT ours"


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The keys of what was acknowledged and is not there, is there twice, or stands before what was said earlier."""

    acknowledged: int
    by_mail: int
    set_aside: tuple[str, ...]
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    out_of_order: tuple[str, ...]


def compare(record: Path, address: str) -> Kept:
    """Whether every acknowledged message is a message of a contact."""
    said = list(ledger.read(record))
    stored = {"webchat": _stored(address, CHAT), "email": _stored(address, MAIL)}
    times = Counter({(channel, key): len(ids) for channel, rows in stored.items() for key, ids in rows.items()})
    return Kept(
        acknowledged=len(said),
        by_mail=sum(one.channel == "email" for one in said),
        set_aside=_set_aside(address),
        lost=tuple(one.key for one in said if not times[one.channel, one.key]),
        doubled=tuple(key for (_, key), number in times.items() if number > 1),
        out_of_order=tuple(_out_of_order(said, stored)),
    )


def what_is_known(key: str, address: str, files: Path) -> str:
    """The raw input of a message that is missing, and what became of it: where to begin to look."""
    named = [path for path in files.rglob("*") if path.is_file() and f"<{key}>".encode() in path.read_bytes()]
    hashes = [f"sha256:{path.parent.name}{path.name}" for path in named]
    asked = """SELECT id, kind, state, reason, attempts, received_at, processed_at FROM channels_rawevent
               WHERE external_id = ANY(%s) OR external_id LIKE %s"""
    with psycopg.connect(address) as connection:
        rows = connection.execute(asked, [hashes, f"%:{key}"]).fetchall()
    found = "; ".join(" ".join(str(value) for value in row) for row in rows) or "no raw input"
    return f"{key}: {found}; {len(named)} files"


def _set_aside(address: str) -> tuple[str, ...]:
    """Why input was set aside for a fault of ours; what was nonsense from the start is none."""
    with psycopg.connect(address) as connection:
        found = connection.execute("SELECT id, kind, reason FROM channels_rawevent WHERE reason LIKE 'failed:%'")
        return tuple(f"{number} {kind} {reason}" for number, kind, reason in found)


def _stored(address: str, sql: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    with psycopg.connect(address) as connection:
        for key, number in connection.execute(sql):
            found[key].append(number)
    return found


def _out_of_order(said: list[ledger.Taken], stored: dict[str, dict[str, list[int]]]) -> list[str]:
    """The ids of messages rise as they are written, whatever the clocks say."""
    last: dict[tuple[str, str], int] = {}
    wrong = []
    for one in said:
        place = min(stored[one.channel].get(one.key, [0]))
        if place and place < last.get((one.channel, one.conversation), 0):
            wrong.append(one.key)
        last[one.channel, one.conversation] = max(place, last.get((one.channel, one.conversation), 0))
    return wrong
