"""Mail that nobody wrote: automatic answers, lists, bulk and delivery reports (RFC 3834, RFC 3464)."""

from email.message import Message

from fanal.channels.email.parsing import headers, phrases
from fanal.channels.email.parsing.letter import LIMITS, Address, Bounce
from fanal.channels.email.parsing.parts import body_text, parameter, type_of

TELLS = (
    "x-autoreply",
    "x-autorespond",
    "x-auto-reply-from",
    "x-mail-autoreply",
    "x-autoresponder",
    "x-failed-recipients",
)
DAEMONS = ("mailer-daemon", "mail-daemon", "postmaster", "mailerdaemon", "double-bounce")
LISTS = ("list-id", "list-unsubscribe", "list-post")
NOBODY = ("no-reply", "noreply", "do-not-reply", "donotreply", "no_reply", "nepasrepondre", "ne-pas-repondre")


def why_automatic(message: Message, *, sender: Address | None, subject: str) -> str:
    """The code of what says that a program wrote it; empty for a person's mail."""
    said = headers.raw(message, "auto-submitted").split(";")[0].strip().lower()
    if said and said != "no":
        return "auto_submitted"
    if type_of(message) == "multipart/report":
        return "report"
    if headers.raw(message, "return-path").strip() == "<>":
        return "no_return_path"
    if headers.raw(message, "precedence").strip().lower() in ("bulk", "junk", "auto_reply"):
        return "precedence"
    if any(headers.values(message, name) for name in TELLS):
        return "autoresponder"
    suppressed = headers.raw(message, "x-auto-response-suppress").lower()
    if "all" in suppressed or "autoreply" in suppressed:
        return "suppressed"
    local = sender.address.partition("@")[0].lower() if sender else ""
    if local in DAEMONS:
        return "daemon"
    shown = subject.casefold()
    if shown.startswith(phrases.AUTOMATIC_SUBJECTS) or shown.startswith(phrases.BOUNCE_SUBJECTS):
        return "subject"
    return ""


def why_unanswerable(message: Message, *, automatic: str, sender: Address | None) -> str:
    """Why no program may answer it, though a person may have written it; empty where an answer is fine."""
    if automatic:
        return automatic
    if any(headers.values(message, name) for name in LISTS):
        return "list"
    if headers.raw(message, "precedence").strip().lower() == "list":
        return "list"
    if sender is None:
        return "no_sender"
    return "nobody" if sender.address.partition("@")[0].lower().startswith(NOBODY) else ""


def bounces(message: Message, reports: list[Message]) -> tuple[Bounce, ...]:
    """What a delivery report says of each recipient."""
    kind = parameter(message, "content-type", "report-type").lower()
    if type_of(message) != "multipart/report" or kind not in ("delivery-status", ""):
        return ()
    told = [_bounce(block) for block in reports[: LIMITS.addresses]]
    return tuple(one for one in told if one is not None)


def returned_id(message: Message) -> str:
    """The Message-ID of ours that came back within the report."""
    for part in message.walk() if type_of(message) == "multipart/report" else ():
        if type_of(part) in ("text/rfc822-headers", "message/rfc822-headers"):
            for line in body_text(part, html=False).splitlines()[:200]:
                if line.lower().startswith("message-id:"):
                    return next(iter(headers.message_ids(line)), "")
        if part is not message and part.get("message-id"):
            return next(iter(headers.message_ids(headers.raw(part, "message-id"))), "")
    return ""


def _bounce(block: Message) -> Bounce | None:
    recipient = headers.text(block, "final-recipient") or headers.text(block, "original-recipient")
    if not recipient:
        return None
    return Bounce(
        recipient=recipient.rpartition(";")[2].strip(" <>").lower(),
        action=headers.text(block, "action").lower(),
        status=headers.text(block, "status")[:12],
        diagnostic=headers.text(block, "diagnostic-code").partition(";")[2].strip()[:500],
    )
