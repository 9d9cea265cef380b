"""What is said: messages, notes, ready answers, typing, files."""

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fanal.agents.models import Permission
from fanal.channels.models import ChannelKind
from fanal.consent.actions import refuse
from fanal.consent.models import Purpose
from fanal.consent.rules import NotAllowed
from fanal.consent.wording import REFUSALS
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.workplace import canned, drawing
from fanal.desk.workplace.composing import envelope_in, quoted_by, typed_in
from fanal.desk.workplace.finding import in_hand, own, seen
from fanal.desk.workplace.later import NotThen, later_in
from fanal.desk.workplace.reading import mark_read
from fanal.events.actions import hint
from fanal.interactions import actions as interactions
from fanal.interactions import files
from fanal.interactions.audience import customers
from fanal.interactions.capabilities import can
from fanal.interactions.models import Attachment, Author, Interaction
from fanal.interactions.rules import LONGEST_SUBJECT, Way
from fanal.norms import texts

LONGEST = 4000
LONGEST_LETTER = 20_000
LONGEST_FORWARDED = 400_000  # a mail is handed on whole


@require_GET
@needs(Permission.HANDLE, Permission.SUPERVISE, Permission.SUPERVISE_OWN_QUEUES)
def lines(request: SignedInRequest, pk: int) -> HttpResponse:
    """The conversation as it stands; what the customer wrote counts as read by its owner."""
    interaction = seen(request.user, pk)
    mark_read(interaction, agent=request.user)
    return drawing.part(request, "lines", interaction)


@require_GET
@needs(Permission.HANDLE, Permission.HEAR, Permission.SUPERVISE, Permission.SUPERVISE_OWN_QUEUES)
def spoken(request: SignedInRequest, pk: int) -> HttpResponse:
    """What is being said in the call just now, as it is understood so far."""
    return drawing.part(request, "spoken", seen(request.user, pk))


@require_POST
@needs(Permission.HANDLE)
def messages(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say something to the customer, or keep it as a note for ourselves. A repeat of the same id says it once."""
    note = request.POST.get("as") == "note"
    interaction = own(request.user, pk) if note else in_hand(request.user, pk)
    text = texts.clean(request.POST.get("text", "")).strip()
    now = timezone.now()
    typed = typed_in(request.POST, interaction, now=now)
    by_mail = interaction.channel == ChannelKind.EMAIL
    if unfit := _unfit(text, typed, by_mail=by_mail):
        return drawing.refused(unfit)
    if note or can(interaction.channel).spoken:
        interactions.add_note(interaction=interaction, text=text, by=request.user, now=timezone.now())
        if typed.version:
            interactions.throw_draft_away(interaction=interaction, by=request.user)
        return drawing.part(request, "said", interaction, fresh=True)
    if interaction.ended_at:
        return drawing.refused(_("The contact has ended. Start a new message to this customer instead."))
    addressed = by_mail and "subject" in request.POST
    if by_mail and (left := canned.unfilled(text, interaction, agent=request.user)):
        return drawing.refused(_("Fill in what is missing first: %(names)s") % {"names": ", ".join(left)})
    try:
        wish = later_in(request.POST, interaction, now=now)
    except NotThen as problem:
        return drawing.refused(str(problem))
    try:
        message = interactions.add_message(
            interaction=interaction,
            author=Author.AGENT,
            text=text,
            external_id=typed.key,
            agent=request.user,
            attachment_ids=typed.files,
            envelope=envelope_in(typed, interaction) if addressed else None,
            quotes=quoted_by(typed, interaction),
            send_at=wish.send_at if by_mail else None,
            now=now,
        )
    except NotAllowed as refusal:
        refuse(
            purpose=Purpose.REPLY,
            channel=interaction.channel,
            code=refusal.code,
            customer=interaction.customer,
            now=timezone.now(),
            by=request.user.pk,
        )
        why = str(REFUSALS[refusal.code])
        named = refusal.address if addressed else ""
        return drawing.refused(_("%(address)s: %(why)s") % {"address": named, "why": why} if named else why)
    if wish.due_at and by_mail:
        interactions.follow_up(message=message, due_at=wish.due_at, back_to=wish.back_to, by=request.user, now=now)
    if typed.version:
        interactions.throw_draft_away(interaction=interaction, by=request.user)
    return drawing.part(request, "said", interaction, fresh=True)


def _unfit(text: str, typed: interactions.Typed, *, by_mail: bool) -> str:
    """Why this cannot be said as it stands; empty when it can."""
    if by_mail and typed.way == Way.FORWARD and len(text) > LONGEST_FORWARDED:
        return _("This is more than can be handed on: leave out a part of it.")
    if by_mail and typed.way != Way.FORWARD and len(text) > LONGEST_LETTER:
        return _("Write at most 20,000 characters.")
    if by_mail and len(typed.subject) > LONGEST_SUBJECT:
        return _("Write a subject of at most 500 characters.")
    if not (text or typed.files) or (len(text) > LONGEST and not by_mail):
        return _("Write between 1 and 4,000 characters.")
    return ""


@require_POST
@needs(Permission.HANDLE)
def attachments(request: SignedInRequest, pk: int) -> HttpResponse:
    """A file for the next message: checked by its content, drawn as a chip of the composer."""
    interaction = in_hand(request.user, pk)
    file = request.FILES.get("file")
    if file is None or file.size is None or file.size > files.LARGEST:
        return drawing.refused(_("Choose a file of at most 10 MB."))
    try:
        kept = interactions.attach(
            interaction=interaction, name=file.name or "", content=file.read(), by=request.user, now=timezone.now()
        )
    except files.NotAccepted:
        return drawing.refused(_("This file is not taken. Send a picture, a PDF, a text, a Word or an Excel file."))
    return render(request, "workplace/attached.html", {"file": kept})


@require_POST
@needs(Permission.HANDLE)
def typing(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let the customer see that somebody is writing."""
    interaction = in_hand(request.user, pk)
    hint(
        kind="typing",
        data={"interaction": interaction.pk, "author": "agent"},
        audience=customers(interaction),
    )
    return HttpResponse(status=204)


@require_GET
@needs(Permission.HANDLE)
def canned_replies(request: SignedInRequest, pk: int) -> HttpResponse:
    """The ready answers, filled in for this contact, in its language first."""
    interaction = own(request.user, pk)
    replies = canned.replies_for(interaction, agent=request.user)
    return render(request, "workplace/canned_replies.html", {"replies": replies})


@require_http_methods(["GET"])
@needs(Permission.HANDLE, Permission.SUPERVISE, Permission.SUPERVISE_OWN_QUEUES)
def attachment(request: SignedInRequest, pk: int) -> FileResponse:
    """A file of a contact that this agent may see, always as a download."""
    file = get_object_or_404(Attachment, pk=pk, interaction__in=Interaction.objects.visible_to(request.user))
    path = files.path_of(file.sha256)
    if not path.exists():
        raise Http404
    answer = FileResponse(path.open("rb"), content_type=file.media_type)
    answer["Content-Disposition"] = texts.content_disposition(file.name)
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
