"""When a mail goes out, in whose time that is said, and by when somebody should have answered it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.core import get_global
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from fanal.channels.models import ChannelAccount
from fanal.desk.given import number
from fanal.interactions.models import BackTo, Interaction

LATEST = timedelta(days=60)
UNDO_SECONDS = 10
DAYS = (1, 2, 3, 5, 7, 14)


class NotThen(ValueError):
    """A time at which nothing can be sent; its words are for people."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """`send_at` leaves the moment in which it can be taken back; `due_at` is none where nobody waits for an answer."""

    send_at: datetime
    due_at: datetime | None = None
    back_to: str = BackTo.ME


@dataclass(frozen=True, kw_only=True)
class Zone:
    """`theirs`: it is the customer's; else ours."""

    zone: ZoneInfo
    theirs: bool

    @property
    def name(self) -> str:
        return self.zone.key.replace("_", " ")


def later_in(given: QueryDict, interaction: Interaction, *, now: datetime) -> Wish:
    """What the composer says of it. Raises NotThen."""
    send_at = now + timedelta(seconds=undo_seconds(interaction.account))
    if given.get("send_at", "").strip():
        chosen = chosen_in(given, interaction, now=now)
        if chosen is None:
            raise NotThen(_("This is no time: choose a day and an hour."))
        if chosen <= now:
            raise NotThen(_("This time is over. Choose a later one, or send it now."))
        if chosen > now + LATEST:
            raise NotThen(_("Choose a time within sixty days."))
        send_at = max(send_at, chosen)
    days, back_to = follow_up_in(given)
    return Wish(send_at=send_at, due_at=send_at + timedelta(days=days) if days else None, back_to=back_to)


def chosen_in(given: QueryDict, interaction: Interaction, *, now: datetime) -> datetime | None:
    """The time that was chosen, whether or not anything can be sent then; none where none, or no time, was said."""
    said = given.get("send_at", "").strip()
    try:
        return datetime.fromisoformat(said).replace(tzinfo=zone_of(interaction, now=now).zone) if said else None
    except ValueError:
        return None


def follow_up_in(given: QueryDict) -> tuple[int, BackTo]:
    """After how many days it comes back unanswered, 0 for never, and where to."""
    days = number(given.get("follow_up", ""))
    return days if days in DAYS else 0, BackTo.QUEUE if given.get("back_to") == BackTo.QUEUE else BackTo.ME


def undo_seconds(account: ChannelAccount) -> int:
    """How long a mail waits in which it can be taken back."""
    said = account.settings.get("undo_seconds", UNDO_SECONDS)
    return said if isinstance(said, int) and 0 <= said <= 60 else UNDO_SECONDS


def zone_of(interaction: Interaction, *, now: datetime) -> Zone:
    """The customer's, where their country has one time; else ours."""
    country = interaction.customer.country.upper() if interaction.customer else ""
    zones = _zones(country)
    offsets = {now.astimezone(zone).utcoffset() for zone in zones}
    if len(offsets) == 1:
        return Zone(zone=zones[0], theirs=True)
    ours = timezone.get_current_timezone()
    return Zone(zone=ours if isinstance(ours, ZoneInfo) else ZoneInfo("UTC"), theirs=False)


def _zones(country: str) -> list[ZoneInfo]:
    if not country:
        return []
    return [ZoneInfo(zone) for zone, land in get_global("zone_territories").items() if land == country]
