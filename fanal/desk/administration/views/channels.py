"""What hours and channel accounts can do beyond their form: import holidays, give a new secret."""

import secrets

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from fanal.agents.models import Permission
from fanal.channels.models import ChannelAccount
from fanal.configuration import actions
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.administration.forms.hours import HolidaysForm
from fanal.desk.administration.menu import menu_of
from fanal.hours.models import Calendar

PARTS = ("on", "name", "opens_at", "closes_at")


@require_POST
@needs(Permission.ADMINISTER)
def holidays(request: SignedInRequest, pk: int) -> HttpResponse:
    """Add the public holidays of a country and year; days that are there already stay as they are."""
    calendar = get_object_or_404(Calendar, pk=pk)
    form = HolidaysForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a country and a year."))
        return redirect("administration_calendars_row", pk=pk)
    known = list(calendar.special_days.values(*PARTS))
    more = form.days({day["on"] for day in known}, request.user.language)
    actions.save(row=calendar, children={"special_days": [*known, *more]}, by=request.user, now=timezone.now())
    said = ngettext("%(count)s holiday added.", "%(count)s holidays added.", len(more))
    messages.success(request, said % {"count": len(more)})
    return redirect("administration_calendars_row", pk=pk)


@require_POST
@needs(Permission.ADMINISTER)
def secret(request: SignedInRequest, pk: int) -> HttpResponse:
    """A new secret for the signed identity, shown this once; the old one ends at once."""
    account = get_object_or_404(ChannelAccount, pk=pk)
    fresh = secrets.token_urlsafe(32)
    account.settings = {**account.settings, "identity_secret": fresh}
    actions.save_secret(account=account, by=request.user, now=timezone.now())
    context = {"menu": menu_of("accounts"), "account": account, "secret": fresh}
    return render(request, "administration/secret.html", context)
