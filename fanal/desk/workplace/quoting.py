"""A mail as it stands in another one that hands it on."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from fanal.interactions.models import Letter


def handed_on(text: str, letter: Letter) -> str:
    """What was typed, and below it the mail that is handed on; once, however often it is asked for."""
    quoted = quoted_whole(letter)
    return text if quoted in text else f"{text.rstrip()}\n\n{quoted}" if text.strip() else f"\n\n{quoted}"


def quoted_whole(letter: Letter) -> str:
    """From whom, when, to whom, about what; and all that it says."""
    sender = f"{letter.sender_name} <{letter.sender}>" if letter.sender_name else letter.sender
    lines = [
        _("---------- Forwarded message ----------"),
        f"{pgettext('mail', 'From')}: {sender}",
        f"{_('Date')}: {date_format(timezone.localtime(letter.at), 'DATETIME_FORMAT')}",
        f"{pgettext('mail', 'To')}: {', '.join(letter.to)}",
        f"{pgettext('mail', 'Subject')}: {letter.subject}",
    ]
    return "\n".join([*lines, "", letter.whole or letter.message.text])
