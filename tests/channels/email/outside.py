"""The world outside, for tests of sending: a real SMTP server on the loopback that does what it is told to."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers import free_ports


@dataclass
class World:
    """What came, and how the server answers: `data` and `recipients` are answers other than the usual ones.

    `hang_up` ends the connection after the whole mail was taken and before it is answered, `hang_up_at` that of one
    recipient's mail, `envelopes` says from whom each mail was and to whom,
    `thinks` are the seconds until it answers.
    """

    port: int
    mails: list[bytes] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    recipients: dict[str, str] = field(default_factory=dict)
    data: str = "250 2.0.0 Taken"
    hang_up: bool = False
    hang_up_at: str = ""
    thinks: float = 0.0

    @property
    def address(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def letters(self) -> list[Message]:
        return [message_from_bytes(one) for one in self.mails]

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.recipients.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data.startswith("250"):
            self.mails.append(envelope.original_content or b"")
            self.envelopes.append((envelope.mail_from or "", list(envelope.rcpt_tos)))
        await asyncio.sleep(self.thinks)
        if self.hang_up or self.hang_up_at in envelope.rcpt_tos:
            assert server.transport
            server.transport.abort()
        return self.data


@contextmanager
def world() -> Iterator[World]:
    [port] = free_ports(1)
    made, started, loop = World(port=port), threading.Event(), asyncio.new_event_loop()

    def serve() -> None:
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(
            loop.create_server(lambda: SMTP(made, enable_SMTPUTF8=True, loop=loop), "127.0.0.1", port)
        )
        started.set()
        loop.run_forever()
        server.close()
        loop.run_until_complete(server.wait_closed())
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
