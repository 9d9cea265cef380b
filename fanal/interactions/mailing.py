"""Handing one mail to the mail server, and what came of it."""

import smtplib
import ssl
from dataclasses import dataclass

from django.core.mail import EmailMessage, get_connection

from fanal.environment import environment
from fanal.interactions.models import DeliveryState, Notice


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The state that follows: sent, queued (try again), failed, or unknown (it may have arrived)."""

    state: DeliveryState
    error: str = ""


def send(notice: Notice) -> Outcome:
    """One attempt. What the server said no to for good is failed; a cut in the middle is unknown."""
    connection = get_connection()
    mail = EmailMessage(
        subject=notice.subject,
        body=notice.text,
        from_email=environment.mail_from,
        to=[notice.to],
        headers={"Message-ID": notice.message_id, "Auto-Submitted": "auto-generated", "X-Fanal-Notice": str(notice.pk)},
        connection=connection,
    )
    try:
        connection.open()
    except (OSError, smtplib.SMTPException, ssl.SSLError) as problem:
        return Outcome(state=DeliveryState.QUEUED, error=_said(problem))
    try:
        mail.send()
    except smtplib.SMTPResponseException as problem:
        return Outcome(state=_after_refusal(problem.smtp_code), error=_said(problem))
    except smtplib.SMTPRecipientsRefused as problem:
        code = next((code for code, _ in problem.recipients.values()), 550)
        return Outcome(state=_after_refusal(code), error=_said(problem))
    except (OSError, smtplib.SMTPException) as problem:
        return Outcome(state=DeliveryState.UNKNOWN, error=_said(problem))
    finally:
        connection.close()
    return Outcome(state=DeliveryState.SENT)


def _after_refusal(code: int) -> DeliveryState:
    return DeliveryState.QUEUED if 400 <= code < 500 else DeliveryState.FAILED


def _said(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"[:300]
