"""The mail that is answered, as it stands below the answer, in the customer's language; nothing that is ours alone."""

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fanal.interactions.models import Letter
from fanal.interactions.rules import quotation

LONGEST_NAME = 80


def quoted(letter: Letter, *, language: str) -> str:
    """Who wrote when, and what they wrote, with what they quoted; empty where there is nothing to quote.

    It is made of the mail's own words only: notes are rows of their own, and pictures are no words.
    """
    words = quotation(letter.whole or letter.message.text)
    return f"{introduction(letter, language=language)}\n{words}" if words else ""


def introduction(letter: Letter, *, language: str) -> str:
    """«On …, … wrote:» in the language of the contact, where we have it."""
    name = " ".join(letter.sender_name.split())[:LONGEST_NAME]
    who = f"{name} <{letter.sender}>" if name and name != letter.sender else letter.sender
    at = timezone.localtime(letter.at)
    with translation.override(_spoken(language)):
        return _("On %(day)s at %(time)s, %(who)s wrote:") % {
            "day": date_format(at, "DATE_FORMAT"),
            "time": f"{at:%H:%M}",
            "who": who,
        }


def _spoken(language: str) -> str:
    code = language.replace("_", "-").partition("-")[0].lower()
    return code if code in dict(settings.LANGUAGES) else "en"
