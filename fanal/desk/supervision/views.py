"""Queues and agents live, what a supervisor may do about them, and input that was set aside."""

import json
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fanal.agents.models import SUPERVISES, Agent, Permission
from fanal.channels.models import RawEvent, RawState
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.given import number
from fanal.desk.supervision import arrivals, pages
from fanal.desk.supervision.frequent import DAYS, frequent_page
from fanal.intake import looking_after
from fanal.kpis.actions.figures import sight
from fanal.routing import actions as routing
from fanal.routing.models import Queue, QueueEntry

PRIORITIES = (1, 2, 3, 4)


def answer(request: SignedInRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    """The page, or only its living part for a reload of it."""
    part = "_live" if request.headers.get("HX-Request") else ""
    return render(request, f"supervision/{name}{part}.html", context)


def done(sentence: str) -> HttpResponse:
    """A toast; the page follows by its event."""
    return HttpResponse(
        status=204, headers={"HX-Trigger": json.dumps({"fanal:toast": {"text": sentence, "kind": "go"}})}
    )


def refused(sentence: str, status: int = 409) -> HttpResponse:
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")


@require_GET
@needs(*SUPERVISES)
def queues(request: SignedInRequest) -> HttpResponse:
    return answer(request, "queues", pages.queues_page(request.user, timezone.now()))


@require_GET
@needs(*SUPERVISES)
def frequent(request: SignedInRequest) -> HttpResponse:
    """What is frequent, in the last day, week or month."""
    days = number(request.GET.get("days", ""))
    found = frequent_page(request.user, days=days if days in DAYS else DAYS[0], now=timezone.now())
    return render(request, "supervision/frequent.html", found)


@require_GET
@needs(*SUPERVISES)
def queue(request: SignedInRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Queue.objects.supervised_by(request.user), pk=pk)
    return answer(request, "queue", pages.queue_page(request.user, found, timezone.now()))


@require_GET
@needs(*SUPERVISES)
def agents(request: SignedInRequest) -> HttpResponse:
    return answer(request, "agents", pages.agents_page(request.user, timezone.now()))


@require_http_methods(["PUT"])
@needs(*SUPERVISES)
def entry_place(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give what waits to another queue, or to an agent: `to` is `queue:3` or `agent:7`."""
    entry = _entry(request, pk)
    kind, _colon, key = QueryDict(request.body).get("to", "").partition(":")
    if not key.isdecimal() or kind not in ("queue", "agent"):
        return refused(_("Choose a queue or an agent from the list."), 422)
    target: dict[str, Any]
    if kind == "queue":
        rows = Queue.objects.supervised_by(request.user).filter(practice=entry.queue.practice)
        target = {"to_queue": get_object_or_404(rows, pk=number(key))}
    else:
        target = {"to_agent": _agent(request, number(key))}
    try:
        routing.reassign(entry_id=entry.pk, by=request.user, now=timezone.now(), **target)
    except routing.NotPossible as why:
        return refused(_sentence(why))
    return done(_("Handed over."))


@require_http_methods(["PUT"])
@needs(*SUPERVISES)
def entry_priority(request: SignedInRequest, pk: int) -> HttpResponse:
    """Raise or lower what waits: 1 low to 4 urgent."""
    entry = _entry(request, pk)
    priority = QueryDict(request.body).get("priority", "")
    if number(priority) not in PRIORITIES:
        return refused(_("A priority is low, normal, high or urgent."), 422)
    try:
        routing.change_priority(entry_id=entry.pk, priority=number(priority), by=request.user, now=timezone.now())
    except routing.NotPossible as why:
        return refused(_sentence(why))
    return done(_("Priority changed."))


@require_http_methods(["DELETE"])
@needs(*SUPERVISES)
def agent_presence(request: SignedInRequest, pk: int) -> HttpResponse:
    """Sign an agent out: what they have in hand goes back to the front of its queue."""
    agent = _agent(request, pk)
    routing.sign_out(agent=agent, by=request.user, now=timezone.now())
    return done(_("%(name)s is signed out.") % {"name": agent.name})


@require_GET
@needs(Permission.SUPERVISE)
def quarantine(request: SignedInRequest) -> HttpResponse:
    """What came in, by day and channel, and what could not be processed. Its content is shown to nobody here."""
    wanted = arrivals.asked(request.GET)
    context = pages.quarantine_page()
    found = arrivals.rows(wanted) if wanted != arrivals.Asked() else context["rows"]
    context["page"] = Paginator(found, 50).get_page(request.GET.get("page"))
    context["wanted"] = wanted if wanted != arrivals.Asked() else None
    context["query"] = urlencode({key: request.GET[key] for key in ("on", "channel", "state") if key in request.GET})
    context["days"] = arrivals.lines(until=wanted.on or timezone.localdate())
    context["may_replay"] = request.user.may(Permission.REPLAY)
    return render(request, "supervision/quarantine.html", context)


@require_POST
@needs(Permission.REPLAY)
def replay(request: SignedInRequest, pk: int) -> HttpResponse:
    """Process it again, because somebody mended what was wrong."""
    raw = get_object_or_404(RawEvent, pk=pk, state=RawState.QUARANTINED)
    again = looking_after.replay(raw_id=raw.pk, by=request.user, now=timezone.now())
    context = {"raw": again, "may_replay": True, "processed": again.state == RawState.PROCESSED}
    return render(request, "supervision/quarantine_row.html", context)


def _entry(request: SignedInRequest, pk: int) -> QueueEntry:
    own = Queue.objects.supervised_by(request.user)
    return get_object_or_404(QueueEntry.objects.select_related("queue"), pk=pk, queue__in=own)


def _agent(request: SignedInRequest, pk: int) -> Agent:
    rows = Agent.objects.filter(is_active=True)
    agents = sight(request.user).agents
    return get_object_or_404(rows if agents is None else rows.filter(pk__in=agents), pk=pk)


def _sentence(why: Exception) -> str:
    """What a refusal of routing says to people."""
    said = getattr(why, "sentence", None)
    return str(said()) if callable(said) else str(why)
