"""What the chat widget sends, in fanal's words; card numbers become a keyed hash and four digits on the way in."""

from collections.abc import Mapping
from typing import Any

from fanal.channels.port import (
    AddressLeft,
    Arrival,
    ContactLeft,
    ContactStarted,
    MarksReceived,
    MessageReceived,
    Signal,
    Unprocessable,
)
from fanal.norms import cards, texts

LONGEST_TEXT = 4000
LONGEST_FIELD = 200
FIELDS = frozenset({"name", "email", "phone", "order", "account", "card", "topic", "birth", "message", "behalf"})


def safe_body(kind: str, body: Mapping[str, Any], key: bytes) -> dict[str, Any]:
    """The body as it may be stored: no card number in any text of it, only the hash and the last four of a given one.

    Total on any JSON object: what is odd is kept as text, for `translate` to refuse later.
    """
    safe = {name: _masked(value) for name, value in body.items()}
    given = body.get("given")
    if isinstance(given, Mapping):
        safe["given"] = {str(name): _masked(value) for name, value in given.items() if name != "card"}
        card = given.get("card")
        if isinstance(card, str) and cards.is_card(card):
            safe["given"] |= {"card_hash": cards.keyed_hash(card, key=key), "card_last_four": cards.last_four(card)}
    return safe


def translate(arrival: Arrival) -> tuple[Signal, ...]:
    """The signals of one widget request. Raises Unprocessable with a code for anything that is not one."""
    body = arrival.body
    match arrival.kind:
        case "contact":
            return (_contact(arrival),)
        case "message":
            return (
                MessageReceived(
                    source=arrival.source,
                    external_id=arrival.external_id,
                    text=_text(body.get("text", ""), LONGEST_TEXT, "text_too_long"),
                    attachments=_ids(body.get("attachments", [])),
                    language=_text(body.get("language", ""), 10, "bad_language"),
                    signed_id=_text(body.get("signed_id", ""), LONGEST_FIELD, "bad_identity"),
                    entry_page=_text(body.get("page", ""), 500, "bad_page"),
                ),
            )
        case "marks":
            return (
                MarksReceived(
                    source=arrival.source,
                    delivered_up_to=_number(body.get("delivered_up_to", 0)),
                    read_up_to=_number(body.get("read_up_to", 0)),
                ),
            )
        case "answer_to":
            address = _text(body.get("email", ""), LONGEST_FIELD, "bad_address")
            if not address:
                raise Unprocessable("bad_address")
            return (AddressLeft(source=arrival.source, address=address),)
        case "leave":
            return (ContactLeft(source=arrival.source),)
        case _:
            raise Unprocessable("unknown_kind")


def _contact(arrival: Arrival) -> ContactStarted:
    body = arrival.body
    given = body.get("given", {})
    if not isinstance(given, Mapping):
        raise Unprocessable("bad_form")
    allowed = FIELDS | {"card_hash", "card_last_four"}
    return ContactStarted(
        source=arrival.source,
        given={name: _text(value, LONGEST_FIELD, "field_too_long") for name, value in given.items() if name in allowed},
        entry_page=_text(body.get("page", ""), 500, "bad_page"),
        language=_text(body.get("language", ""), 10, "bad_language"),
        signed_id=_text(body.get("signed_id", ""), LONGEST_FIELD, "bad_identity"),
    )


def _masked(value: Any) -> Any:
    return cards.mask(texts.clean(value)) if isinstance(value, str) else value


def _text(value: Any, longest: int, code: str) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise Unprocessable(code)
    return texts.clean(value)


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise Unprocessable("bad_number")
    return value


def _ids(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list) or len(value) > 10:
        raise Unprocessable("bad_attachments")
    return tuple(_number(item) for item in value)
