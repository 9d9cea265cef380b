"""How the parser and its child hand messages over: a length, JSON, then the attachments' bytes."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from fanal.channels.email.parsing.letter import Address, Bounce, File, Letter

HEAD = 8  # bytes of the length


def packed(content: bytes) -> bytes:
    return len(content).to_bytes(HEAD, "big") + content


def length_of(head: bytes) -> int:
    return int.from_bytes(head, "big")


def frame_of(letter: Letter) -> bytes:
    """A letter as bytes."""
    plain = asdict(letter)
    plain["date"] = letter.date.isoformat() if letter.date else None
    for file in plain["attachments"]:
        del file["content"]
    told = json.dumps(plain).encode("ascii")
    return packed(packed(told) + b"".join(one.content for one in letter.attachments))


def letter_from(answer: bytes) -> Letter:
    """The letter in what the child answered."""
    end = HEAD + length_of(answer[:HEAD])
    plain: dict[str, Any] = json.loads(answer[HEAD:end])
    files = []
    for one in plain["attachments"]:
        files.append(File(**one, content=answer[end : end + one["size"]]))
        end += one["size"]
    return Letter(
        **{
            **plain,
            "sender": Address(**plain["sender"]) if plain["sender"] else None,
            **{name: tuple(Address(**one) for one in plain[name]) for name in ("reply_to", "to", "cc", "delivered_to")},
            "references": tuple(plain["references"]),
            "authentication": tuple(plain["authentication"]),
            "passed": tuple(plain["passed"]),
            "date": datetime.fromisoformat(plain["date"]) if plain["date"] else None,
            "attachments": tuple(files),
            "bounces": tuple(Bounce(**one) for one in plain["bounces"]),
        }
    )
