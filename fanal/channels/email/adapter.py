"""E-mail as a channel: what came in is read by a parser in a process of its own, kept warm."""

import atexit
import threading
from collections.abc import Mapping
from typing import Any

from fanal.channels.email import wire
from fanal.channels.email.compose import composed
from fanal.channels.email.folder import folder_in, put_down
from fanal.channels.email.parsing.bounded import Parser
from fanal.channels.email.servers import Server, from_address
from fanal.channels.email.servers import server as server_in
from fanal.channels.email.smtp import hand_over, hand_over_each
from fanal.channels.port import (
    Arrival,
    Capabilities,
    Outbound,
    OutboundLetter,
    Refused,
    Signal,
    Unavailable,
    Unprocessable,
)


class Email:
    capabilities = Capabilities(attachments=True, letters=True, longest_text=50_000)

    def __init__(self) -> None:
        self._parser = Parser()
        self._one_at_a_time = threading.Lock()
        atexit.register(self.close)

    def translate(self, arrival: Arrival) -> tuple[Signal, ...]:
        """One mail is one signal, whatever its bytes are; only a mail that is not there any more is none."""
        try:
            content = arrival.kept(wire.hash_in(arrival))
        except FileNotFoundError as gone:
            raise Unprocessable("content_is_gone") from gone
        with self._one_at_a_time:
            letter = self._parser.parse(content)
        return (wire.signal(letter, arrival=arrival),)

    def send(self, outbound: Outbound, settings: Mapping[str, Any]) -> str:
        """One try, with the same Message-ID as before it. Raises Refused, Unavailable, OutcomeUnknown."""
        if not isinstance(outbound, OutboundLetter) or not outbound.to:
            raise Refused("nobody to write to")
        server = server_in(settings, "smtp", password=str(settings.get("smtp_password", "")))
        program = str(settings.get("program_smtp", ""))
        if server is None and (folder := folder_in(program)):
            put_down(composed(outbound), folder, message_id=outbound.header_id)
            return ""
        server = server or from_address(program)
        if server is None:
            raise Unavailable("no mail server is set")
        everybody = dict.fromkeys([*outbound.to, *outbound.cc, *outbound.bcc])
        left = [one for one in everybody if one not in outbound.taken]
        refused = _handed(outbound, left, server) if left else {}
        return "; ".join(f"{one}: {said}" for one, said in refused.items())

    def listen(self, settings: Mapping[str, Any]) -> None:
        """Mailboxes are read by the process of their own, `fanal mail`."""

    def close(self) -> None:
        """Let the parser's process go; the next mail starts another."""
        with self._one_at_a_time:
            self._parser.close()


def _handed(outbound: OutboundLetter, recipients: list[str], server: Server) -> dict[str, str]:
    """Who was refused, with what was said, of those who have it not yet."""
    content = composed(outbound)
    own = {one: outbound.return_addresses[one] for one in recipients if one in outbound.return_addresses}
    try:
        if len(own) < len(recipients):
            return hand_over(content, sender=outbound.sender, recipients=recipients, server=server)
        return hand_over_each(content, senders=own, server=server)
    except Refused as problem:
        if not outbound.taken:
            raise
        return {", ".join(recipients): str(problem)}  # others have it
