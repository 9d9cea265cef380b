"""What callers hear from us beside their music, and before a line ends that nobody answered."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fanal.routing.models import Queue
from fanal.scenarios.rules.flows import Said

LONG = 45
"""Minutes from which on a number would promise more than we know."""


def language_of(code: str) -> str:
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def place_and_wait(*, position: int | None, seconds: int | None, language: str) -> list[Said]:
    """The place, and the wait in whole minutes, rounded up; what is not known is not said."""
    with translation.override(language):
        says = []
        if position == 1:
            says.append(Said(text=_("You are next."), language=language, name="waiting/next"))
        elif position:
            says.append(Said(text=_("You are number %(place)s in line.") % {"place": position}, language=language))
        if position and seconds is not None:
            says.append(Said(text=_wait(-(-seconds // 60)), language=language))
        return says


def _wait(minutes: int) -> str:
    if minutes <= 1:
        return _("It takes about a minute.")
    if minutes > LONG:
        return _("It takes more than %(minutes)s minutes.") % {"minutes": LONG}
    said = ngettext("It takes about %(minutes)s minute.", "It takes about %(minutes)s minutes.", minutes)
    return said % {"minutes": minutes}


def comfort(queue: Queue, *, language: str) -> list[Said]:
    text = queue.comfort.get(language, "")
    return [Said(text=text, language=language, name=f"waiting/{queue.code}")] if text else []


def offer(queue: Queue, *, language: str) -> list[Said]:
    """What can be keyed instead of waiting."""
    if not queue.callback_key:
        return []
    with translation.override(language):
        text = _("If you would like us to call you, press %(key)s.") % {"key": queue.callback_key}
    return [Said(text=text, language=language)]


def will_be_called(*, language: str) -> list[Said]:
    with translation.override(language):
        text = _("Thank you. We will call you. Goodbye.")
    return [Said(text=text, language=language, name="waiting/will-be-called")]


def will_not_be_called(*, language: str) -> list[Said]:
    """A promise that nobody may keep is not made; that they called is kept."""
    with translation.override(language):
        text = _("We are sorry: we cannot call this number. We have kept your request, and will look at it. Goodbye.")
    return [Said(text=text, language=language, name="waiting/will-not-be-called")]


def parting(queue: Queue, *, closed: bool, again: datetime | None, language: str) -> list[Said]:
    """Why the line will end: we are closed, or nobody is there who could answer."""
    with translation.override(language):
        why = _("We are closed now.") if closed else _("We are sorry: nobody can take your call at the moment.")
        says = [Said(text=why, language=language, name="waiting/closed" if closed else "waiting/nobody")]
        if again:
            there = ZoneInfo(queue.calendar.zone) if queue.calendar else None
            when = date_format(timezone.localtime(again, there), "DATETIME_FORMAT")
            says.append(Said(text=_("We open again: %(when)s.") % {"when": when}, language=language))
        return says


def ends_soon(*, language: str) -> list[Said]:
    """Nobody of ours is in the call, and it has lasted long."""
    with translation.override(language):
        return [Said(text=_("This call ends in one minute."), language=language, name="waiting/ends-soon")]


def goodbye(*, language: str) -> list[Said]:
    with translation.override(language):
        return [Said(text=_("Thank you for calling. Goodbye."), language=language, name="waiting/goodbye")]


def is_recorded(*, asks: bool, written: bool = False, language: str) -> list[Said]:
    """That the talk is recorded, or whether it may be; and `written` down."""
    with translation.override(language):
        if written and asks:
            text = _("We would like to record this call and write down what is said. If you agree, press 1.")
            return [Said(text=text, language=language, name="waiting/may-write")]
        if written:
            text = _("This call is recorded, and what is said is written down.")
            return [Said(text=text, language=language, name="waiting/is-written")]
        if asks:
            text = _("We would like to record this call. If you agree, press 1.")
            return [Said(text=text, language=language, name="waiting/may-record")]
        return [Said(text=_("This call is recorded."), language=language, name="waiting/is-recorded")]
