"""One e-mail's bytes to a Letter. Pure and unbounded in itself: call it through `bounded`, which ends it in time."""

from email import message_from_bytes

from fanal.channels.email.parsing import automatic, headers, hypertext, languages, winmail
from fanal.channels.email.parsing.letter import LIMITS, File, Letter, Unparsable
from fanal.channels.email.parsing.parts import Contents, contents
from fanal.channels.email.parsing.replies import marks_something, reply_in
from fanal.channels.email.parsing.rescue import rescued

KNOWN_HEADERS = (
    "from", "to", "cc", "reply-to", "subject", "date", "message-id", "received", "content-type",
    "mime-version", "return-path",
)  # fmt: skip
HANDED_TO = ("delivered-to", "x-original-to", "envelope-to")


def letter(content: bytes) -> Letter:
    """Any bytes; what cannot be parsed comes back rescued, with the reason. Never raises."""
    try:
        return _parsed(content)
    except Unparsable as fault:
        return rescued(content, fault.reason)
    except RecursionError:
        return rescued(content, "too_deep")
    except MemoryError:
        return rescued(content[: 2**20], "too_much_memory")
    except Exception as fault:  # whatever the library makes of hostile bytes, the next message must not wait
        return rescued(content, f"fault_{type(fault).__name__.lower()}")


def _parsed(content: bytes) -> Letter:
    if not content.strip(b"\0\r\n\t "):
        raise Unparsable("empty")
    if len(content) > LIMITS.size:
        raise Unparsable("too_large")
    message = message_from_bytes(content)
    if not any(message.get(name) is not None for name in KNOWN_HEADERS):
        raise Unparsable("no_headers")
    found = contents(message)
    _open_winmail(found)
    senders = headers.mailboxes(message, "from") or headers.mailboxes(message, "sender")
    sender = next(iter(senders), None)
    subject = headers.text(message, "subject")
    text, reply, html = _words(found)
    why = automatic.why_automatic(message, sender=sender, subject=subject)
    said_id = headers.raw(message, "message-id")
    checked, passed = headers.authentication(message) if len(senders) == 1 else ((), ())
    return Letter(
        message_id=next(iter(headers.message_ids(said_id)), headers.one_line(said_id)),
        in_reply_to=next(iter(headers.message_ids(headers.raw(message, "in-reply-to"))), ""),
        references=headers.message_ids(headers.raw(message, "references")),
        sender=sender,
        reply_to=headers.mailboxes(message, "reply-to"),
        to=headers.mailboxes(message, "to"),
        cc=headers.mailboxes(message, "cc"),
        delivered_to=tuple(one for name in HANDED_TO for one in headers.mailboxes(message, name)),
        subject=subject,
        date=headers.date(headers.raw(message, "date")),
        language=languages.language_of(f"{subject}\n{reply}", said=headers.text(message, "content-language")),
        text=text,
        reply_text=reply,
        html=html,
        attachments=tuple(found.files[: LIMITS.parts]),
        auto_generated=bool(why),
        unanswerable=automatic.why_unanswerable(message, automatic=why, sender=sender),
        bounces=automatic.bounces(message, found.reports),
        returned_message_id=automatic.returned_id(message),
        authentication=checked,
        passed=passed,
    )


def _words(found: Contents) -> tuple[str, str, str]:
    """The text, the reply in it, and the HTML made safe. The plain part speaks where there is one."""
    source = "\n".join(found.htmls)
    plain = "\n\n".join(one.strip("\n") for one in found.texts).strip("\n")
    html = hypertext.safe(source) if source else ""
    text = plain if plain.strip() else hypertext.text_of(source) if source else ""
    answer = hypertext.answer_of(source) if source and (not plain.strip() or not marks_something(plain)) else None
    reply = reply_in(answer) if answer and answer.strip() else reply_in(text)
    return text, reply, html


def _open_winmail(found: Contents) -> None:
    """Outlook's envelope stays; the files inside are laid beside it, and its words speak where there are no others."""
    files: list[File] = []
    for file in found.files:
        files.append(file)
        if winmail.is_one(file):
            inside = winmail.opened(file, first_number=len(files) + 1)
            files += inside.files
            found.texts += [inside.text] if inside.text and not found.texts else []
    found.files = files
