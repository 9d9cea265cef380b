"""The pages that are the same for every kind of configuration: the overview, a list, a form."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fanal.agents.models import Permission
from fanal.cases.models import Case
from fanal.configuration import actions
from fanal.configuration.models import ConfigurationChange
from fanal.configuration.shapes import key_of
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.administration.forms.base import ConfigForm
from fanal.desk.administration.forms.hours import HolidaysForm
from fanal.desk.administration.forms.work import LONGEST_TEXT
from fanal.desk.administration.menu import menu_of
from fanal.desk.administration.sheets import SHEETS, Sheet
from fanal.desk.given import number
from fanal.desk.knowledge.gathering import last_answer
from fanal.environment import environment
from fanal.interactions.models import CannedReply
from fanal.scenarios.actions.saving import NotSound


@require_GET
@needs(Permission.ADMINISTER)
def index(request: SignedInRequest) -> HttpResponse:
    return render(request, "administration/index.html", {"menu": menu_of("")})


@require_GET
@needs(Permission.ADMINISTER)
def listing(request: SignedInRequest, sheet: str) -> HttpResponse:
    chosen = SHEETS[sheet]
    rows = [
        {"row": row, "cells": [(heading, value(row)) for heading, value in chosen.columns], "off": chosen.is_off(row)}
        for row in chosen.rows()
    ]
    return render(request, "administration/list.html", {"menu": menu_of(sheet), "sheet": chosen, "rows": rows})


@require_http_methods(["GET", "POST"])
@needs(Permission.ADMINISTER)
def new(request: SignedInRequest, sheet: str) -> HttpResponse:
    """Other pages may suggest a `title`, and a settled case `like` which a ready answer is."""
    found = SHEETS[sheet].model()
    if hasattr(found, "title"):
        found.title = request.GET.get("title", "")[:100]
    if isinstance(found, CannedReply) and (like := number(request.GET.get("like", ""))):
        answer = last_answer(Case.objects.visible_to(request.user).filter(pk=like))
        found.texts = {translation.get_language(): answer[:LONGEST_TEXT]} if answer else {}
    return _edit(request, SHEETS[sheet], found)


@require_http_methods(["GET", "POST"])
@needs(Permission.ADMINISTER)
def row(request: SignedInRequest, sheet: str, pk: int) -> HttpResponse:
    return _edit(request, SHEETS[sheet], get_object_or_404(SHEETS[sheet].model, pk=pk))


@require_POST
@needs(Permission.ADMINISTER)
def removal(request: SignedInRequest, sheet: str, pk: int) -> HttpResponse:
    """Take away what was never used; what was used can be switched off."""
    found = get_object_or_404(SHEETS[sheet].model, pk=pk)
    try:
        actions.remove(row=found, by=request.user, now=timezone.now())
    except actions.NotPossible as why:
        messages.error(request, why.sentence())
        return redirect(f"administration_{sheet}_row", pk=pk)
    messages.success(request, _("Removed."))
    return redirect(f"administration_{sheet}")


def _edit(request: SignedInRequest, sheet: Sheet, found: Any) -> HttpResponse:
    form: ConfigForm = sheet.form(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid() and _save(request, form):
        messages.success(request, _("Saved."))
        return redirect(f"administration_{sheet.code}")
    context = {
        "menu": menu_of(sheet.code),
        "sheet": sheet,
        "form": form,
        "row": sheet.model._default_manager.filter(pk=found.pk).first(),
        "changes": _changes(sheet, found),
        "holidays": HolidaysForm(initial={"year": timezone.now().year, "country": environment.country}),
        "origin": environment.origin,
        "has_second_factor": sheet.code == "agents" and Authenticator.objects.filter(user=found.pk).exists(),
    }
    return render(request, "administration/edit.html", context, status=422 if request.method == "POST" else 200)


def _save(request: SignedInRequest, form: ConfigForm) -> bool:
    """Whether it could be saved; why not is then shown in the form."""
    try:
        actions.save(row=form.instance, children=form.children(), many=form.many(), by=request.user, now=timezone.now())
    except actions.NotPossible as why:
        form.add_error(None, why.sentence())
    except NotSound as why:
        for code in why.fields.values():
            form.add_error(None, code)
    return not form.errors


def _changes(sheet: Sheet, found: Any) -> list[ConfigurationChange]:
    if not found.pk:
        return []
    stored = sheet.model._default_manager.get(pk=found.pk)
    rows = ConfigurationChange.objects.filter(kind=sheet.shape, key=key_of(stored)).select_related("by")
    return list(rows[:20])
