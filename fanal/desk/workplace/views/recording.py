"""A recording is paused, goes on, or stops because the customer objects; a card number is keyed in; sound is heard."""

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fanal.agents.models import Permission
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.workplace import drawing
from fanal.desk.workplace.finding import in_hand
from fanal.interactions import actions as interactions
from fanal.interactions import files
from fanal.interactions.capabilities import can
from fanal.interactions.models import Recording, RecordingState


@require_http_methods(["POST", "DELETE"])
@needs(Permission.HANDLE)
def pause(request: SignedInRequest, pk: int) -> HttpResponse:
    """POST: nothing is recorded until somebody goes on. DELETE: it goes on. Twice is once."""
    interaction = in_hand(request.user, pk)
    change = interactions.pause_recording if request.method == "POST" else interactions.resume_recording
    change(interaction=interaction, by=request.user, now=timezone.now())
    return drawing.part(request, "call", interaction)


@require_POST
@needs(Permission.HANDLE)
def objection(request: SignedInRequest, pk: int) -> HttpResponse:
    """The customer does not want to be recorded: for this call that is the end of it."""
    interaction = in_hand(request.user, pk)
    interactions.object_to_recording(interaction=interaction, by=request.user, now=timezone.now())
    return drawing.part(request, "call", interaction)


@require_http_methods(["POST", "DELETE"])
@needs(Permission.HANDLE)
def card(request: SignedInRequest, pk: int) -> HttpResponse:
    """POST: the customer keys in a card number, unheard and unrecorded. DELETE: the agent goes on without it."""
    interaction = in_hand(request.user, pk)
    now = timezone.now()
    if request.method == "DELETE":
        interactions.stop_asking(interaction=interaction, by=request.user, now=now)
    elif (
        not can(interaction.channel).spoken
        or interactions.ask_for_card(interaction=interaction, by=request.user, now=now) is None
    ):
        return drawing.refused(_("Nobody talks with the customer at the moment: take the call off hold, or call them."))
    return drawing.part(request, "call", interaction)


@require_GET
@needs(Permission.HANDLE, Permission.HEAR, Permission.SUPERVISE, Permission.SUPERVISE_OWN_QUEUES)
def sound(request: SignedInRequest, pk: int) -> FileResponse:
    """Heard from its beginning; that it was is recorded."""
    rows = Recording.objects.heard_by(request.user).select_related("interaction")
    recording = get_object_or_404(rows, pk=pk, state=RecordingState.FETCHED, removed_at=None)
    path = files.path_of(recording.sha256)
    if not path.exists():
        raise Http404
    interactions.hear(recording=recording, by=request.user, now=timezone.now())
    answer = FileResponse(path.open("rb"), content_type=recording.media_type)
    answer["Content-Disposition"] = "inline"
    answer["Cache-Control"] = "no-store"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
