"""Callbacks at the desk: who is to be called and when, one more, and one less."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fanal.agents.models import SUPERVISES, Permission
from fanal.channels.models import ChannelAccount
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.given import number
from fanal.desk.workplace import drawing
from fanal.desk.workplace.numbers import about_of, cases_about, numbers_of, queues_of
from fanal.interactions import actions as interactions
from fanal.interactions.wording import why_not_called
from fanal.norms import phones
from fanal.routing import actions as routing
from fanal.routing.models import Callback

MOST_SHOWN, MOST_ENDED = 200, 30


@require_http_methods(["GET", "POST"])
@needs(Permission.HANDLE, *SUPERVISES)
def callbacks(request: SignedInRequest) -> HttpResponse:
    """Who is to be called, and when; and one more: `number` as in the form of calls, `at` by their clock."""
    now = timezone.now()
    if request.method == "GET":
        mine = request.GET.get("whose", "mine") != "all"
        rows = Callback.objects.visible_to(request.user).select_related("customer", "queue", "agent", "contact", "by")
        rows = rows.filter(agent=request.user) if mine else rows
        context = {
            "mine": mine,
            "open": rows.filter(ended_at=None)[:MOST_SHOWN],
            "ended": rows.exclude(ended_at=None).order_by("-ended_at")[:MOST_ENDED],
        }
        return render(request, "workplace/callbacks.html", context)
    about = about_of(request)
    account = interactions.calling_account()
    numbers = numbers_of(request, about, account=account, now=now)
    chosen = next((one for one in numbers if one.key == request.POST.get("number") and one.later), None)
    queue = queues_of(request.user).filter(pk=number(request.POST.get("queue", ""))).first()
    about_case = number(request.POST.get("about", ""))
    at = parse_datetime(request.POST.get("at", ""))
    if chosen is None or queue is None:
        return drawing.refused(_("Choose a number and a queue."))
    if at is None or at.tzinfo:
        return drawing.refused(_("Say when: a day and a time."))
    try:
        found = routing.wish_callback(
            number=chosen.dialled,
            queue=queue,
            at=by_their_clock(chosen.dialled, account, at),
            agent=request.user if request.POST.get("who") == "me" else None,
            customer=about.customer,
            case=next((one for one in cases_about(request, about) if one.pk == about_case), None),
            by=request.user,
            now=now,
        )
    except routing.NotCalledBack as refusal:
        return drawing.refused(why_not_called(refusal.code, refusal.value))
    when = date_format(timezone.localtime(found.due_at), "SHORT_DATETIME_FORMAT")
    said = _("They are called on %(when)s, by your clock.") % {"when": when}
    triggers = {"fanal:toast": {"text": said, "kind": "go"}, "fanal:close-dialog": {}}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(triggers)})


@require_http_methods(["DELETE"])
@needs(Permission.HANDLE, *SUPERVISES)
def callback(request: SignedInRequest, pk: int) -> HttpResponse:
    """Nobody is called any more."""
    found = get_object_or_404(Callback.objects.visible_to(request.user), pk=pk)
    if not routing.withdraw_callback(callback=found, by=request.user, now=timezone.now()):
        return drawing.refused(_("It is over, or somebody is calling just now."))
    return HttpResponse(status=200)


def by_their_clock(said: str, account: ChannelAccount | None, at: datetime) -> datetime:
    """A time without a zone is meant where the number is; where that is not known, where we are."""
    phone = phones.normalise(said, str(account.settings.get("region", "")) or None if account else None)
    zone = ZoneInfo(phone.zones[0]) if phone and phone.zones else timezone.get_current_timezone()
    return at.replace(tzinfo=zone)
