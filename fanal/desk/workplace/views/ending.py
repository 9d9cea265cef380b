"""Handing over, finishing, wrapping up, blocking."""

from datetime import timedelta

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fanal.agents.models import Agent, Permission, Tier
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.given import number
from fanal.desk.workplace import drawing
from fanal.desk.workplace.colleagues import colleagues_of, listed
from fanal.desk.workplace.finding import in_hand
from fanal.interactions import actions as interactions
from fanal.interactions.capabilities import can
from fanal.interactions.models import Disposition, Interaction, Segment, SegmentKind, Topic
from fanal.routing import actions as routing
from fanal.routing.models import Queue

LONGEST_NOTE = 4000
LONGEST_SUMMARY = 2000
BLOCK_DAYS = (1, 7, 30)


@require_POST
@needs(Permission.HANDLE)
def ending(request: SignedInRequest, pk: int) -> HttpResponse:
    """The talk is over; the wrap-up begins."""
    interaction = in_hand(request.user, pk)
    try:
        routing.finish_talk(interaction=interaction, by=request.user, reason="agent", now=timezone.now())
    except routing.NotPossible as problem:
        return drawing.refused(problem.sentence())
    interaction.refresh_from_db()
    return drawing.rooms(request, interaction)


@require_POST
@needs(Permission.HANDLE)
@transaction.atomic
def wrap_up(request: SignedInRequest, pk: int) -> HttpResponse:
    """Outcomes and a note if there was time; the agent is free again. Only while the wrap-up lasts."""
    segment = _own_segment(request.user, pk)
    if segment.ended_at is None:
        return drawing.refused(_("The talk still goes on. Finish it first, then wrap up."))
    if segment.wrapped_up_at:
        return drawing.refused(
            _("The wrap-up is over; what happened is recorded. If an outcome is wrong, correct it and say why.")
        )
    note = request.POST.get("note", "").strip()
    if len(note) > LONGEST_NOTE:
        return drawing.refused(_("A note may have at most 4,000 characters. Please shorten it."))
    now = timezone.now()
    interaction = segment.interaction
    for topic, outcome in _chosen(request, interaction):
        interactions.set_disposition(topic=topic, disposition=outcome, now=now, by=request.user)
    if chosen := request.POST.get("topic-new", ""):
        outcome = get_object_or_404(Disposition, pk=number(chosen), active=True)
        interactions.add_topic(
            interaction=interaction, label=outcome.name, disposition=outcome, now=now, by=request.user
        )
    if note:
        interactions.add_note(interaction=interaction, text=note, by=request.user, now=now)
    routing.complete_wrap_up(segment_id=segment.pk, by=request.user, now=now)
    answer = drawing.rooms(request, None)
    answer.headers["HX-Push-Url"] = "/"
    return answer


@require_POST
@needs(Permission.HANDLE)
@transaction.atomic
def corrections(request: SignedInRequest, pk: int) -> HttpResponse:
    """An outcome of one's own contact was wrong: another one, with the reason, as a fact of its own."""
    segment = _own_segment(request.user, pk)
    if segment.wrapped_up_at is None:
        return drawing.refused(_("There is nothing to correct yet: the wrap-up is still open."))
    why = request.POST.get("why", "").strip()[:200]
    changes = _chosen(request, segment.interaction)
    if not why or not changes:
        return drawing.refused(_("Choose the right outcome, and say why it is corrected."))
    for topic, outcome in changes:
        interactions.correct_outcome(topic=topic, disposition=outcome, why=why, now=timezone.now(), by=request.user)
    return drawing.rooms(request, segment.interaction)


@require_http_methods(["GET", "POST"])
@needs(Permission.HANDLE)
def transfer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give it to a colleague, a queue or the next line, with what they need to know."""
    interaction = in_hand(request.user, pk)
    queues = Queue.objects.filter(active=True, practice=interaction.practice).order_by("name")
    if request.method == "GET":
        context = {
            "interaction": interaction,
            "queues": queues,
            "tiers": Tier.objects.all(),
            "colleagues": listed(request.user, channel=interaction.channel),
            "outside": can(interaction.channel).spoken,
        }
        return render(request, "workplace/transfer.html", context)
    kind, _colon, chosen = request.POST.get("target", "").partition(":")
    outside = request.POST.get("number", "").strip()[:64] if can(interaction.channel).spoken else ""
    if bool(outside) == (kind in ("queue", "agent", "tier") and bool(number(chosen))):
        return drawing.refused(_("Choose to whom it goes."))
    packet = {name: request.POST.get(name, "").strip() for name in ("summary", "tried", "expected")}
    if any(len(text) > LONGEST_SUMMARY for text in packet.values()):
        return drawing.refused(_("What they need to know may have at most 2,000 characters. Please shorten it."))
    try:
        if outside:
            routing.send_outside(
                interaction=interaction,
                number=outside,
                summary=packet["summary"],
                by=request.user,
                now=timezone.now(),
            )
            return _done_with(request)
        routing.transfer(
            interaction=interaction,
            by=request.user,
            to_queue=get_object_or_404(queues, pk=chosen) if kind == "queue" else None,
            to_agent=get_object_or_404(colleagues_of(request.user), pk=chosen) if kind == "agent" else None,
            to_tier=get_object_or_404(Tier, pk=chosen) if kind == "tier" else None,
            **packet,
            now=timezone.now(),
        )
    except routing.NotPossible as problem:
        return drawing.refused(problem.sentence())
    return _done_with(request)


def _done_with(request: SignedInRequest) -> HttpResponse:
    answer = drawing.rooms(request, None)
    answer.headers["HX-Push-Url"] = "/"
    return answer


@require_http_methods(["GET", "POST"])
@needs(Permission.HANDLE)
def blocking(request: SignedInRequest, pk: int) -> HttpResponse:
    """Do not serve an abuser for some days, for a reason that is kept."""
    interaction = in_hand(request.user, pk)
    if not request.user.may(Permission.BLOCK):
        return drawing.refused(_("Your role may not block. Ask your supervisor."))
    if not interaction.source:
        return drawing.refused(_("A number that is withheld cannot be blocked: it is many people's."))
    if request.method == "GET":
        return render(request, "workplace/blocking.html", {"interaction": interaction, "days": BLOCK_DAYS})
    reason = request.POST.get("reason", "").strip()[:200]
    days = request.POST.get("days", "")
    if not reason or days not in map(str, BLOCK_DAYS):
        return drawing.refused(_("Say why, and for how long."))
    now = timezone.now()
    interactions.block(
        interaction=interaction, reason=reason, until=now + timedelta(days=int(days)), by=request.user, now=now
    )
    if interaction.ended_at is None:
        routing.finish_talk(interaction=interaction, by=request.user, reason="blocked", now=now)
    interaction.refresh_from_db()
    return drawing.rooms(request, interaction)


def _own_segment(agent: Agent, pk: int) -> Segment:
    """Locked, so that a wrap-up that runs out at this moment is either before or after."""
    rows = Segment.objects.select_for_update(of=("self",)).select_related("interaction")
    return get_object_or_404(rows, pk=pk, kind=SegmentKind.AGENT, agent=agent)


def _chosen(request: SignedInRequest, interaction: Interaction) -> list[tuple[Topic, Disposition]]:
    """The topics for which another outcome than the present one was chosen."""
    found = []
    for topic in interaction.topics.filter(withdrawn_at=None):
        chosen = request.POST.get(f"topic-{topic.pk}", "")
        if chosen and chosen != str(topic.disposition_id or ""):
            found.append((topic, get_object_or_404(Disposition, pk=number(chosen), active=True)))
    return found
