"""How the case pages are drawn: the page, its body after a change, and the dialogs."""

import json
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from fanal.agents.models import FieldClass
from fanal.cases import actions as cases
from fanal.cases.models import Case
from fanal.desk.access import SignedInRequest
from fanal.desk.cases.finding import may_write, seen
from fanal.desk.cases.history import history_page
from fanal.routing import actions as routing

RELATED = 6
POINTS = 6


def context_of(request: SignedInRequest, case: Case) -> dict[str, Any]:
    """Everything on a case's page."""
    agent = request.user
    return {
        "case": case,
        "history": history_page(case, agent=agent),
        "related": list(_related(request, case)),
        "steps": list(case.order.steps.all()) if case.order else [],
        "lines": list(case.order.lines.select_related("product")) if case.order else [],
        "faults": list(case.holding.faults.all()[:5]) if case.holding and case.holding.kind == "device" else [],
        "points": list(case.customer.contact_points.only("customer", "kind", "value", "state")[:POINTS])
        if case.customer
        else [],
        "viewers": cases.viewers(case=case, agent=agent, now=timezone.now()),
        "waiting": routing.waiting_entry(case),
        "sees": {field.value: agent.sees(field) for field in FieldClass},
        "may_write": may_write(agent) and case.withdrawn_at is None,
    }


def _related(request: SignedInRequest, case: Case) -> Any:
    """Cases split from it, those of the same order or thing, then the customer's others."""
    rows = Case.objects.visible_to(request.user).filter(withdrawn_at=None).exclude(pk=case.pk)
    if case.customer_id:
        rows = rows.filter(customer=case.customer_id)
    elif case.order_id:
        rows = rows.filter(order=case.order_id)
    else:
        rows = rows.filter(split_from=case.pk)
    return rows.select_related("type").only("number", "subject", "state", "type__name").order_by("-opened_at")[:RELATED]


def page(request: SignedInRequest, case: Case) -> HttpResponse:
    return render(request, "cases/case.html", context_of(request, case))


def done(request: SignedInRequest, case: Case, said: str) -> HttpResponse:
    """After a change: the body again, the dialog closed, and what was done said in a toast.

    Whoever gave the case to another team no longer sees it and is taken to the list.
    """
    still_seen = Case.objects.visible_to(request.user).filter(pk=case.pk).exists()
    address = reverse("case", args=[case.pk]) if still_seen else reverse("cases")
    if not request.headers.get("HX-Request"):
        messages.success(request, said)
        return redirect(address)
    if not still_seen:
        messages.success(request, said)
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    response = render(request, "cases/body.html", context_of(request, seen(request.user, case.pk)))
    response["HX-Retarget"], response["HX-Reswap"] = "#case", "outerHTML"
    return toast(response, said, close=True)


def toast(response: HttpResponse, said: str, *, close: bool = False) -> HttpResponse:
    triggers: dict[str, Any] = {"fanal:toast": {"text": said, "kind": "go"}}
    if close:
        triggers["fanal:close-dialog"] = {}
    response["HX-Trigger"] = json.dumps(triggers)
    return response


def dialog(request: SignedInRequest, form: Form, *, title: str, url: str, button: str, help: str = "") -> HttpResponse:
    """A dialog with a form; 422 when it comes back with problems."""
    context = {"form": form, "title": title, "url": url, "button": button, "help": help}
    template = "cases/dialog.html" if request.headers.get("HX-Request") else "cases/dialog_page.html"
    return render(request, template, context, status=422 if form.is_bound else 200)
