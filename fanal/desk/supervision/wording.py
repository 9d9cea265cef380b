"""What came in and could not be processed, in words: its kind, and the reason."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

KINDS: dict[str, str | Promise] = {
    "contact": gettext_lazy("Beginning of a chat"),
    "message": gettext_lazy("Message"),
    "marks": gettext_lazy("Marks of delivery and reading"),
    "leave": gettext_lazy("End of a chat"),
}
REASONS: dict[str, str | Promise] = {
    "unknown_kind": gettext_lazy("This kind of input is not known."),
    "bad_form": gettext_lazy("The fields of the form are not a form."),
    "bad_number": gettext_lazy("A number in it is not a number."),
    "bad_attachments": gettext_lazy("The attachments named in it are not attachments."),
    "bad_language": gettext_lazy("The language named in it is not a language."),
    "bad_identity": gettext_lazy("The signed identity is too long or not text."),
    "bad_page": gettext_lazy("The address of the page is too long or not text."),
    "field_too_long": gettext_lazy("A field of the form is too long or not text."),
    "text_too_long": gettext_lazy("The message is too long or not text."),
}


def kind_in_words(kind: str) -> str:
    """The code itself for a kind that nobody here knows."""
    return str(KINDS.get(kind, kind))


def reason_in_words(reason: str) -> str:
    """Why it was set aside; a fault of the program is named, so that it can be found in the log."""
    if reason.startswith("failed: "):
        return _("The program failed at it (%(fault)s). The log says more.") % {"fault": reason[8:]}
    return str(REASONS.get(reason, reason))
