"""A mail beyond its words: as it was laid out, as it came, and once more on its way."""

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from fanal.agents.models import Agent, Permission
from fanal.channels import contents
from fanal.channels.email.parsing.hypertext import pictures_in, safe
from fanal.channels.email.parsing.letter import Unparsable
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.workplace import drawing, pictures
from fanal.desk.workplace.finding import in_hand
from fanal.interactions import actions as interactions
from fanal.interactions.models import Interaction, Letter
from fanal.norms import texts

READERS = (Permission.HANDLE, Permission.SUPERVISE, Permission.SUPERVISE_OWN_QUEUES)
SANDBOX = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self';"
    " sandbox allow-popups allow-popups-to-escape-sandbox"
)
PAGE = '<!doctype html><meta charset="utf-8"><base target="_blank"><title>{title}</title><body dir="auto">{body}'


@require_GET
@needs(*READERS)
@xframe_options_sameorigin
def layout(request: SignedInRequest, pk: int) -> HttpResponse:
    """The mail as it was laid out, made safe once more, where no script runs and nothing is fetched.

    Pictures that stand elsewhere are fetched by us, only when asked for, and come within the page.
    """
    letter = _seen(request.user, pk)
    try:
        body = _with_pictures(letter.html) if request.GET.get("pictures") == "1" else safe(letter.html, pictures=False)
    except Unparsable:
        body = escape(letter.whole or letter.message.text)
    answer = HttpResponse(PAGE.format(title=escape(letter.subject), body=body))
    answer["Content-Security-Policy"] = SANDBOX
    answer["Referrer-Policy"] = "no-referrer"
    return answer


def _with_pictures(html: str) -> str:
    """The layout with what could be fetched laid in, and how much could not. Raises Unparsable."""
    wanted = pictures_in(html)
    found = pictures.gathered(wanted)
    body = safe(html, instead=found)
    left = len(wanted) - len(found)
    words = ngettext("%(number)s picture could not be fetched.", "%(number)s pictures could not be fetched.", left)
    return f'<p dir="auto"><em>{escape(words % {"number": left})}</em></p>{body}' if left else body


@require_GET
@needs(*READERS)
def original(request: SignedInRequest, pk: int) -> FileResponse:
    """The mail itself, as it came, always as a download."""
    letter = _seen(request.user, pk)
    path = contents.path_of(letter.raw) if letter.raw else None
    if path is None or not path.exists():
        raise Http404
    answer = FileResponse(path.open("rb"), content_type="message/rfc822")
    answer["Content-Disposition"] = texts.content_disposition(f"{letter.pk}.eml")
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@require_POST
@needs(Permission.HANDLE)
def again(request: SignedInRequest, pk: int) -> HttpResponse:
    """A mail of ours that failed, or of which nobody knows: a person says that it is to be tried once more."""
    letter = _seen(request.user, pk)
    interaction = in_hand(request.user, letter.message.interaction_id)
    if not letter.ours or not interactions.send_again(message=letter.message, by=request.user, now=timezone.now()):
        return drawing.refused(_("This message is on its way already, or has arrived."))
    return drawing.part(request, "lines", interaction)


def _seen(agent: Agent, pk: int) -> Letter:
    letters = Letter.objects.select_related("message__interaction")
    return get_object_or_404(letters, pk=pk, message__interaction__in=Interaction.objects.visible_to(agent))
