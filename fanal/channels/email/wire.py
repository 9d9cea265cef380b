"""A parsed mail in fanal's words; card numbers in what people read become their last four digits on the way."""

from fanal.channels.email.parsing.letter import Address, File, Letter
from fanal.channels.port import Arrival, FileReceived, LetterReceived, Returned, Unprocessable
from fanal.norms import cards, texts

LONGEST_ADDRESS, LONGEST_NAME, LONGEST_SUBJECT, LONGEST_ID = 320, 200, 500, 998
LONGEST_TEXT = 200_000  # characters of what is shown; the mail itself is kept as it came
MOST_ADDRESSES, MOST_REFERENCES = 100, 100
FAILED = ("failed",)


def hash_in(arrival: Arrival) -> str:
    """Under which hash the mail itself is kept. Raises Unprocessable."""
    found = arrival.body.get("sha256")
    if arrival.kind != "mail" or not isinstance(found, str) or not found:
        raise Unprocessable("unknown_kind")
    return found


def signal(letter: Letter, *, arrival: Arrival) -> LetterReceived:
    """What a letter is to fanal, whether it could be parsed or not."""
    text, whole = _text(letter.reply_text), _text(letter.text)
    nearest_last = dict.fromkeys((*letter.references, letter.in_reply_to))
    return LetterReceived(
        source=_address(letter.sender),
        sender_name=_line(letter.sender.name if letter.sender else "", LONGEST_NAME),
        external_id=arrival.external_id,
        raw=hash_in(arrival),
        message_id=_id(letter.message_id),
        references=tuple(_id(one) for one in nearest_last if one)[-MOST_REFERENCES:],
        reply_to=_addresses(letter.reply_to),
        to=_addresses(letter.to),
        cc=_addresses(letter.cc),
        delivered_to=_addresses(letter.delivered_to),
        subject=_line(letter.subject, LONGEST_SUBJECT),
        text=text,
        whole=whole if whole.strip() != text.strip() else "",
        html=cards.mask(letter.html.replace("\0", "")),
        language=letter.language[:10],
        files=tuple(_file(one) for one in letter.attachments),
        automatic=letter.auto_generated,
        returned=tuple(
            Returned(
                recipient=one.recipient[:LONGEST_ADDRESS],
                for_good=one.action in FAILED,
                diagnostic=_line(f"{one.status} {one.diagnostic}".strip(), 300),
            )
            for one in letter.bounces
        ),
        returned_id=_id(letter.returned_message_id),
        authentication=tuple(_line(one, 2000) for one in letter.authentication),
        passed=tuple(_line(one, LONGEST_NAME) for one in letter.passed),
        parked=letter.reason,
    )


def _text(text: str) -> str:
    return cards.mask(texts.clean(text[:LONGEST_TEXT]))


def _line(text: str, longest: int) -> str:
    return cards.mask(texts.clean(text, keep_newlines=False))[:longest]


def _id(said: str) -> str:
    """Without its brackets."""
    return texts.clean(said, keep_newlines=False).removeprefix("<").removesuffix(">")[:LONGEST_ID]


def _address(one: Address | None) -> str:
    return texts.clean(one.address, keep_newlines=False).lower()[:LONGEST_ADDRESS] if one else ""


def _addresses(some: tuple[Address, ...]) -> tuple[str, ...]:
    found = (_address(one) for one in some[:MOST_ADDRESSES])
    return tuple(dict.fromkeys(one for one in found if one))


def _file(file: File) -> FileReceived:
    return FileReceived(
        name=texts.safe_file_name(file.name),
        media_type=_line(file.type, 100) or "application/octet-stream",
        sha256=file.sha256,
        content=file.content,
    )
