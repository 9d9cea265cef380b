"""Whether a wish to be called may be met: nobody is called without a right, and nothing is promised that is not kept.

What is known of a caller is the number that their network shows, and that they are on the line. So that number alone
is theirs to ask for; any other one, keyed in or told, is called as we would call it by ourselves.
"""

from dataclasses import dataclass
from datetime import datetime

from fanal.agents.models import Agent
from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.channels.port import visitor_of
from fanal.interactions import actions as interactions
from fanal.interactions.models import Direction, Interaction
from fanal.interactions.rules import dialling
from fanal.norms import phones
from fanal.routing.models import Callback

NOT_SET_UP = "not_set_up"


class NotCalledBack(Exception):
    """Nobody can promise this call; `code` and `value` say why, for interactions.wording.why_not_called."""

    def __init__(self, code: str, value: str = "") -> None:
        super().__init__(code)
        self.code, self.value = code, value

    @property
    def by_hand(self) -> bool:
        """Their wish is kept as a case, and somebody calls them from another phone."""
        return self.code == NOT_SET_UP


@dataclass(frozen=True, kw_only=True)
class Promise:
    """Who may be called, from which number of ours. `own`: it is the number that they call from."""

    account: ChannelAccount
    number: str
    zones: tuple[str, ...]
    own: bool

    @property
    def limits(self) -> dialling.Limits:
        return dialling.limits_of(self.account.settings)


def promise(
    *, interaction: Interaction | None, number: str, at: datetime | None, by: Agent | None, now: datetime
) -> Promise:
    """Raises NotCalledBack, and nothing is changed then. `number`: empty for the one they call from."""
    account = _account_for(interaction)
    if account is None:
        raise NotCalledBack(NOT_SET_UP)
    limits = dialling.limits_of(account.settings)
    shown = _shown(interaction, limits) if by is None else ""
    said = number or shown
    own = bool(shown) and phones.e164(said, limits.region) == shown
    verdict = interactions.may_promise(account=account, number=said, asked_at=now if own else None, at=at or now)
    if verdict.refused or verdict.phone is None:
        raise NotCalledBack(verdict.refused, verdict.value)
    if interaction and by is None and not own:
        most = _may_key(interaction, limits)
        if _keyed_by(interaction, now=now) >= most:
            raise NotCalledBack("wishes_of_caller", str(most))
    return Promise(account=account, number=verdict.number, zones=verdict.phone.zones, own=own)


def may_be_called_back(interaction: Interaction, *, now: datetime) -> bool:
    """Whether they may be offered to be called at the number that they call from; where no call goes out, by hand."""
    try:
        promise(interaction=interaction, number="", at=None, by=None, now=now)
    except NotCalledBack as problem:
        return problem.by_hand and not visitor_of(interaction.source)
    return True


def asked_at(callback: Callback) -> datetime | None:
    """When they asked for it, in a call from the very number that is to be called."""
    limits = dialling.limits_of(callback.account.settings)
    own = callback.by is None and callback.number == _shown(callback.wished_in, limits)
    return callback.wished_at if own else None


def _shown(interaction: Interaction | None, limits: dialling.Limits) -> str:
    """The number that the caller's network shows; a page has none, and whom we called has not called us."""
    if interaction is None or interaction.channel != ChannelKind.VOICE or visitor_of(interaction.source):
        return ""
    return phones.e164(interaction.source, limits.region) if interaction.direction == Direction.INBOUND else ""


def _may_key(interaction: Interaction, limits: dialling.Limits) -> int:
    """How many other numbers they may have called; all who withhold theirs, together as many as one agent calls."""
    return limits.callbacks_to_number if interaction.source else limits.calls_of_agent


def _keyed_by(interaction: Interaction, *, now: datetime) -> int:
    """How many other numbers they had called: nobody is to have the whole town rung."""
    since = now - dialling.COUNTED_OVER
    wishes = Callback.objects.filter(wished_in__source=interaction.source, by=None, wished_at__gt=since)
    return sum(asked_at(one) is None for one in wishes.select_related("account", "wished_in", "by"))


def _account_for(interaction: Interaction | None) -> ChannelAccount | None:
    """The number they called, where calls go out from it; else another one of ours."""
    code = interaction.account.code if interaction and interaction.channel == ChannelKind.VOICE else ""
    return (interactions.calling_account(code=code) if code else None) or interactions.calling_account()
