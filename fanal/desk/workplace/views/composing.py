"""Writing: to whom it goes, the draft that is kept meanwhile, a colleague's that is taken over, and taking it back."""

from dataclasses import replace

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fanal.agents.models import Permission
from fanal.consent.wording import REFUSALS
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.workplace import drawing
from fanal.desk.workplace.canned import unfilled
from fanal.desk.workplace.composing import address_of, judged_in, quoted_by, typed_in
from fanal.desk.workplace.finding import in_hand, own, seen
from fanal.desk.workplace.quoting import handed_on
from fanal.interactions import actions as interactions
from fanal.interactions.actions.addressing import letter_named
from fanal.interactions.models import Draft, Letter
from fanal.interactions.rules import Way

PARTS = ("to", "cc", "bcc")


@require_http_methods(["POST", "DELETE"])
@needs(Permission.HANDLE)
def draft(request: SignedInRequest, pk: int) -> HttpResponse:
    """Keep what is typed, every few seconds and on leaving; deleting throws it away. 409 when another window has it."""
    interaction, now = own(request.user, pk), timezone.now()
    if request.method == "DELETE":
        interactions.throw_draft_away(interaction=interaction, by=request.user)
        return drawing.part(request, "composer", interaction)
    typed = typed_in(request.POST, interaction, now=now)
    try:
        kept = interactions.keep_draft(interaction=interaction, typed=typed, by=request.user, now=now)
    except interactions.Outdated:
        return drawing.refused(_("You changed this draft in another window. Reload to go on with that one."))
    if kept is None:
        return HttpResponse(status=204)  # it was sent meanwhile
    said = _("Draft kept at %(time)s") % {"time": time_format(timezone.localtime(now), "H:i")}
    return JsonResponse({"version": kept.version, "said": said})


@require_POST
@needs(Permission.HANDLE)
def composer(request: SignedInRequest, pk: int) -> HttpResponse:
    """The composer turned to another way of answering: what was typed stays, addresses and subject follow the way."""
    interaction, now = own(request.user, pk), timezone.now()
    typed = typed_in(request.POST, interaction, now=now)
    answers = letter_named(interaction, typed.answers)
    said = interactions.proposed(interaction, way=typed.way, answers=answers)
    text, files = typed.text, list(typed.files)
    if typed.way == Way.FORWARD and answers:
        text = handed_on(text, answers)
        files += interactions.copy_files(message=answers.message, by=request.user, now=now) if not files else []
    turned = replace(typed, text=text, files=tuple(files), subject=said.subject, to=said.to, cc=said.cc)
    try:
        interactions.keep_draft(interaction=interaction, typed=turned, by=request.user, now=now)
    except interactions.Outdated:
        return drawing.refused(_("You changed this draft in another window. Reload to go on with that one."))
    return drawing.part(request, "composer", interaction)


@require_POST
@needs(Permission.HANDLE)
def recipients(request: SignedInRequest, pk: int) -> HttpResponse:
    """One more address: a chip, or a sentence why a mail of this contact may not go there."""
    interaction = own(request.user, pk)
    judged = interactions.judge(interaction, request.POST.get("address", ""))
    if judged.code:
        said = _("%(address)s: %(why)s") % {"address": judged.address, "why": REFUSALS[judged.code]}
        return drawing.refused(said)
    field = request.POST.get("part", "")
    context = {"one": address_of(judged), "part": field if field in PARTS else "to"}
    return render(request, "workplace/recipient.html", context)


@require_POST
@needs(Permission.HANDLE)
def taken_over(request: SignedInRequest, pk: int, draft_pk: int) -> HttpResponse:
    """A colleague who had the contact had begun to write: go on with that."""
    interaction = in_hand(request.user, pk)
    theirs = get_object_or_404(Draft, pk=draft_pk, interaction=interaction)
    interactions.take_over_draft(draft=theirs, by=request.user, now=timezone.now())
    return drawing.part(request, "composer", interaction)


@require_http_methods(["DELETE"])
@needs(Permission.HANDLE)
def sending(request: SignedInRequest, pk: int) -> HttpResponse:
    """Undo: what has not begun to go out is a draft again."""
    letter = get_object_or_404(Letter.objects.select_related("message"), pk=pk, ours=True)
    by_me = letter.message.agent_id == request.user.pk
    find = seen if by_me else in_hand  # what one has sent oneself can be taken back after the end of the contact too
    interaction = find(request.user, letter.message.interaction_id)
    if interactions.take_back(message=letter.message, by=request.user, now=timezone.now()) is None:
        return drawing.refused(_("It is too late: this mail is on its way already."))
    if interaction.ended_at:
        return drawing.rooms(request, interaction)
    return drawing.part(request, "said", interaction)


@require_POST
@needs(Permission.HANDLE)
def preview(request: SignedInRequest, pk: int) -> HttpResponse:
    """The mail as it would go out: to whom, under which subject, with its signature; nothing is sent or kept."""
    interaction = own(request.user, pk)
    typed = typed_in(request.POST, interaction, now=timezone.now())
    account, language = interaction.account, interaction.language
    quotes = quoted_by(typed, interaction)
    whole = interactions.with_everything(typed.text, account, quotes=quotes, language=language)
    context = {
        "interaction": interaction,
        "typed": typed,
        "sender": account,
        "text": whole,
        "html": interactions.as_html(whole, account, language=language),
        "files": interactions.waiting_files(interaction, typed.files, by=request.user),
        "unfilled": unfilled(typed.text, interaction, agent=request.user),
        "refused": [one for one in judged_in(typed, interaction) if one.refused],
        "wide": True,
    }
    return render(request, "workplace/preview.html", context)
