"""Handing one mail to a mail server: taken, refused, not now, or nobody knows."""

import contextlib
import re
import smtplib
from collections.abc import Iterator, Mapping, Sequence

from fanal.channels.email.servers import Security, Server, context
from fanal.channels.port import OutcomeUnknown, Refused, Unavailable

PATIENCE = 60.0  # seconds until an answer


def hand_over(content: bytes, *, sender: str, recipients: Sequence[str], server: Server) -> dict[str, str]:
    """Send it once. Returns the recipients that were refused, with what was said, where others were taken.

    Raises Refused (for good), Unavailable (not now: nothing was taken), and OutcomeUnknown when the connection ends
    after the whole mail was sent and before the answer came.
    """
    with _session(server) as session:
        return _handed(session, content, sender, recipients)


def hand_over_each(content: bytes, *, senders: Mapping[str, str], server: Server) -> dict[str, str]:
    """The same mail to each recipient by itself, from the sender that is theirs alone.

    As `hand_over`; where some have it and others not yet, what is raised names those who have it (`taken`).
    """
    taken: list[str] = []
    refused: dict[str, str] = {}
    later: dict[str, str] = {}
    with _session(server) as session:
        for recipient, sender in senders.items():
            try:
                _handed(session, content, sender, [recipient])
                taken.append(recipient)
                continue
            except Refused as problem:
                refused[recipient] = str(problem)
            except Unavailable as problem:
                later[recipient] = str(problem)
            except OutcomeUnknown as problem:
                raise OutcomeUnknown(f"{recipient}: {problem}", taken=taken) from problem
            with contextlib.suppress(OSError, smtplib.SMTPException):
                session.rset()  # the next one begins anew; where the connection is gone, it will say so
    if later:
        raise Unavailable(_told(later), taken=taken)
    if not taken:
        raise Refused(_told(refused))
    return refused


def _told(said: Mapping[str, str]) -> str:
    """What was said, of whom where there are several."""
    several = len(said) > 1
    return "; ".join(f"{one}: {why}" if several else why for one, why in said.items())


def _handed(session: smtplib.SMTP, content: bytes, sender: str, recipients: Sequence[str]) -> dict[str, str]:
    refused = _envelope(session, sender, recipients)
    try:
        session.putcmd("data")
        _expect(session.getreply(), 354)
        session.send(_in_lines(content))
    except (OSError, smtplib.SMTPServerDisconnected) as problem:
        raise Unavailable(_said(problem)) from problem  # what has no end was not taken
    try:
        session.send(b".\r\n")
        answer = session.getreply()
    except (OSError, smtplib.SMTPServerDisconnected) as problem:
        raise OutcomeUnknown(_said(problem)) from problem
    _expect(answer, 250)
    return refused


def _envelope(session: smtplib.SMTP, sender: str, recipients: Sequence[str]) -> dict[str, str]:
    """Say from whom and to whom; some may be refused, not all of them."""
    addresses = [sender, *recipients]
    options = []
    if not all(address.isascii() for address in addresses):
        if not session.has_extn("smtputf8"):
            raise Refused("the server takes no addresses beyond ASCII")
        options = ["SMTPUTF8"]
        session.command_encoding = "utf-8"
    try:
        _expect(session.mail(sender, options), 250)
        refused: dict[str, str] = {}
        codes = []
        for recipient in recipients:
            code, said = session.rcpt(recipient)
            if code not in (250, 251):
                codes.append(code)
                refused[recipient] = _line(code, said)
    except (OSError, smtplib.SMTPServerDisconnected) as problem:
        raise Unavailable(_said(problem)) from problem
    if len(refused) == len(recipients):
        worst = Refused if all(code >= 500 for code in codes) else Unavailable
        raise worst("; ".join(refused.values()) or "no recipient")
    return refused


@contextlib.contextmanager
def _session(server: Server) -> Iterator[smtplib.SMTP]:
    """Connected and signed in. Raises Unavailable."""
    try:
        if server.security == Security.TLS:
            session: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=PATIENCE, context=context())
        else:
            session = smtplib.SMTP(server.host, server.port, timeout=PATIENCE)
    except (OSError, smtplib.SMTPException) as problem:
        raise Unavailable(_said(problem)) from problem
    try:
        try:
            if server.security == Security.STARTTLS:
                session.starttls(context=context())
            session.ehlo_or_helo_if_needed()
            if server.user:
                session.login(server.user, server.password)
        except (OSError, smtplib.SMTPException) as problem:
            raise Unavailable(_said(problem)) from problem
        yield session
        with contextlib.suppress(OSError, smtplib.SMTPException):
            session.quit()
    finally:
        session.close()


def _in_lines(content: bytes) -> bytes:
    """As it travels: every line ends in CR LF, and one that begins with a point has another before it."""
    body = re.sub(rb"(?m)^\.", b"..", re.sub(rb"\r\n|\r|\n", b"\r\n", content))
    return body if body.endswith(b"\r\n") else body + b"\r\n"


def _expect(answer: tuple[int, bytes], code: int) -> None:
    """Raises Refused or Unavailable for any other answer."""
    if answer[0] != code:
        raise (Refused if answer[0] >= 500 else Unavailable)(_line(*answer))


def _line(code: int, said: bytes) -> str:
    return " ".join(f"{code} {said.decode('utf-8', 'replace')}".split())[:300]


def _said(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"[:300]
