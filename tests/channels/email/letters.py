"""Mails for the tests, and the account that they are written to."""

from itertools import count

from fanal.channels.models import ChannelAccount
from fanal.routing.models import Queue

ADDRESS = "support@shop.example"
numbers = count(1)
NAMES = {"message_id": "Message-ID"}


def an_account(**settings: object) -> ChannelAccount:
    queue = Queue.objects.create(code="post", name="Post")
    return ChannelAccount.objects.create(
        kind="email", code="support", name="Support", address=ADDRESS, settings={"queue": queue.code, **settings}
    )


def letter(
    text: str = "Where is my parcel?",
    *,
    sender: str = "Ana Diaz <ana@customer.example>",
    subject: str = "My parcel",
    to: str = ADDRESS,
    **headers: str,
) -> bytes:
    """A mail as a program would send it; `in_reply_to="<…>"` and the like become headers."""
    lines = {
        "From": sender,
        "To": to,
        "Subject": subject,
        "Date": "Mon, 02 Mar 2026 10:00:00 +0000",
        "Message-ID": f"<{next(numbers)}@customer.example>",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    } | {NAMES.get(name, name.replace("_", "-").title()): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return (head + "\r\n" + text.replace("\n", "\r\n") + "\r\n").encode()
