"""Handing one mail to the mail server, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.core.mail import EmailMessage

from fanal.channels.email.servers import from_address
from fanal.channels.email.smtp import hand_over
from fanal.channels.port import OutcomeUnknown, Refused, Unavailable
from fanal.environment import environment
from fanal.interactions.models import DeliveryState, Notice


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The state that follows: sent, queued (try again), failed, or unknown (it may have arrived).

    `taken`: who has it, where not everybody does.
    """

    state: DeliveryState
    error: str = ""
    taken: tuple[str, ...] = ()


def tried(send: Callable[[], str]) -> Outcome:
    """One attempt to send something; `send` may return what was said against a part of it."""
    try:
        return Outcome(state=DeliveryState.SENT, error=send()[:300])
    except Refused as problem:
        return Outcome(state=DeliveryState.FAILED, error=str(problem)[:300])
    except Unavailable as problem:
        return Outcome(state=DeliveryState.QUEUED, error=str(problem)[:300], taken=problem.taken)
    except OutcomeUnknown as problem:
        return Outcome(state=DeliveryState.UNKNOWN, error=str(problem)[:300], taken=problem.taken)
    except Exception as problem:  # whatever it is, the next one must not wait, and a person has to look at this one
        return Outcome(state=DeliveryState.UNKNOWN, error=f"{type(problem).__name__}: {problem}"[:300])


def send(notice: Notice) -> Outcome:
    """One attempt. What the server said no to for good is failed; a cut in the middle is unknown."""
    return tried(lambda: _hand_over(notice))


def _hand_over(notice: Notice) -> str:
    server = from_address(environment.smtp_url)
    if server is None:
        raise Unavailable("no mail server is set")
    mail = EmailMessage(
        subject=notice.subject,
        body=notice.text,
        from_email=environment.mail_from,
        to=[notice.to],
        headers={"Message-ID": notice.message_id, "Auto-Submitted": "auto-generated", "X-Fanal-Notice": str(notice.pk)},
    )
    hand_over(mail.message().as_bytes(), sender=environment.mail_from, recipients=[notice.to], server=server)
    return ""
