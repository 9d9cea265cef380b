"""What the gate says to people when it refuses."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REFUSALS: dict[str, Promise] = {
    "unknown_purpose": _("This message has no known purpose, so it cannot be sent."),
    "marketing_without_consent": _("Marketing is not sent: nobody has given consent for it."),
    "no_basis": _("There is no legal basis for this contact. Reply to the person's own contact instead."),
    "no_address": _("There is no address to send to. Ask the customer for one."),
    "bad_address": _("This is no e-mail address that can be written to."),
    "own_address": _("This is an address of our own: the mail would come back to us."),
    "too_many": _("A mail goes to at most fifty addresses. Send several."),
    "written_by_a_program": _("A program wrote this mail, so no program answers it."),
    "spoken": _("In a call nothing is written to the customer. Tell them, or keep it as a note."),
    "suppressed": _("This person asked not to be contacted for this purpose."),
}
