"""How the case pages are drawn: the page, its body after a change, and the dialogs."""

import json
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from fanal.agents.kept import kept
from fanal.agents.models import Agent, FieldClass
from fanal.cases import actions as cases
from fanal.cases.models import Case
from fanal.customers.models import ContactPoint
from fanal.desk.access import SignedInRequest
from fanal.desk.cases.finding import may_write, seen
from fanal.desk.cases.history import history_page
from fanal.holdings.models import Fault, Holding, Order, OrderLine, OrderStep
from fanal.routing import actions as routing

RELATED = 6
POINTS = 6
FAULTS = 5


def context_of(request: SignedInRequest, case: Case) -> dict[str, Any]:
    """Everything on a case's page."""
    agent = request.user
    if case.order_id:
        case.order = _order.first(pk=case.order_id)
    if case.holding_id:
        case.holding = _holding.first(pk=case.holding_id)
    return {
        "case": case,
        "history": history_page(case, agent=agent),
        "related": _related(case, agent),
        "steps": _steps(order=case.order_id) if case.order_id else [],
        "lines": _contents(order=case.order_id) if case.order_id else [],
        "faults": _faults(device=case.holding_id) if case.holding and case.holding.kind == "device" else [],
        "points": _points(customer=case.customer_id) if case.customer_id else [],
        "viewers": cases.viewers(case=case, agent=agent, now=timezone.now()),
        "waiting": routing.waiting_entry(case),
        "sees": {field.value: agent.sees(field) for field in FieldClass},
        "may_write": may_write(agent) and case.withdrawn_at is None,
    }


def _related(case: Case, agent: Agent) -> list[Case]:
    """The customer's others, or those of the same order, or those split from it."""
    if case.customer_id:
        return _others(agent=agent, but=case.pk, customer=case.customer_id, order=None)
    return _others(agent=agent, but=case.pk, customer=None, order=case.order_id)


@kept
def _others(agent: Agent, but: int, customer: int | None, order: int | None) -> QuerySet[Case]:
    rows = Case.objects.visible_to(agent).filter(withdrawn_at=None).exclude(pk=but)
    if customer is not None:
        rows = rows.filter(customer=customer)
    elif order is not None:
        rows = rows.filter(order=order)
    else:
        rows = rows.filter(split_from=but)
    return rows.select_related("type").only("number", "subject", "state", "type__name").order_by("-opened_at")[:RELATED]


@kept
def _order(pk: int) -> QuerySet[Order]:
    return Order.objects.filter(pk=pk)


@kept
def _holding(pk: int) -> QuerySet[Holding]:
    return Holding.objects.filter(pk=pk).select_related("product")


@kept
def _steps(order: int) -> QuerySet[OrderStep]:
    return OrderStep.objects.filter(order=order)


@kept
def _contents(order: int) -> QuerySet[OrderLine]:
    return OrderLine.objects.filter(order=order).select_related("product")


@kept
def _faults(device: int) -> QuerySet[Fault]:
    return Fault.objects.filter(device=device)[:FAULTS]


@kept
def _points(customer: int) -> QuerySet[ContactPoint]:
    return ContactPoint.objects.filter(customer=customer).only("kind", "value", "state")[:POINTS]


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
