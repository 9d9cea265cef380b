"""The demo's mails: what was answered, and how a customer would write back."""

from dataclasses import dataclass
from datetime import datetime

from fanal.channels.email import tokens
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.channels.opening import reply_key
from fanal.environment import environment
from fanal.interactions.models import Letter

MOST = 50
CODE = "post"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One mail of ours, with what it quotes. `back`: the address for answers, which finds its thread by itself."""

    to: str
    subject: str
    text: str
    state: str
    at: datetime
    back: str


def sent() -> list[Sent]:
    """The newest first; nothing where mail really goes out."""
    account = _account()
    if account is None or not environment.smtp_url.startswith("file:"):
        return []
    rows = Letter.objects.filter(account=account, ours=True).select_related("message__interaction").order_by("-pk")
    return [_sent(letter, account) for letter in rows[:MOST]]


def address() -> str:
    account = _account()
    return account.address if account else ""


def _account() -> ChannelAccount | None:
    return ChannelAccount.objects.filter(kind=ChannelKind.EMAIL, code=CODE, active=True).first()


def _sent(letter: Letter, account: ChannelAccount) -> Sent:
    message = letter.message
    back = tokens.reply_address(
        str(account.settings.get("reply_address", "")),
        thread=message.interaction.thread,
        account=account.code,
        key=reply_key(),
    )
    return Sent(
        to=", ".join(letter.to),
        subject=letter.subject,
        text=letter.whole or message.text,
        state=message.get_state_display(),
        at=letter.at,
        back=back or account.address,
    )
