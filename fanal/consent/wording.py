"""What the gate says to people when it refuses."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REFUSALS: dict[str, Promise] = {
    "unknown_purpose": _("This message has no known purpose, so it cannot be sent."),
    "marketing_without_consent": _("Marketing is not sent: nobody has given consent for it."),
    "no_basis": _("There is no legal basis for this contact. Reply to the person's own contact instead."),
    "no_address": _("There is no address to send to. Ask the customer for one."),
    "suppressed": _("This person asked not to be contacted for this purpose."),
}
