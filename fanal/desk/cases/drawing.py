"""How the case pages are drawn: the page, its body after a change, and the dialogs."""

import json
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from fanal.agents.kept import kept
from fanal.agents.models import Agent, FieldClass
from fanal.cases import actions as cases
from fanal.cases.merged import ends_of
from fanal.cases.models import Case
from fanal.customers.models import ContactPoint
from fanal.desk.access import SignedInRequest
from fanal.desk.answers import go_to
from fanal.desk.cases.clocks import clocks_of
from fanal.desk.cases.finding import below, may_write, seen
from fanal.desk.cases.history import history_page
from fanal.desk.cases.packets import packet_of
from fanal.holdings.models import Fault, Holding, HoldingSource, Order, OrderLine, OrderStep
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
        **_family(case, agent),
        "related": _related(case, agent),
        "steps": _steps(order=case.order_id) if case.order_id else [],
        "lines": _contents(order=case.order_id) if case.order_id else [],
        "faults": _faults(device=case.holding_id) if case.holding and case.holding.kind == "device" else [],
        "points": _points(customer=case.customer_id) if case.customer_id else [],
        "viewers": cases.beside(case=case, agent=agent, now=timezone.now()),
        "clocks": clocks_of(case, now=timezone.now()),
        "waiting": routing.waiting_entry(case),
        **packet_of(case),
        "sees": {field.value: agent.sees(field) for field in FieldClass},
        "may_write": may_write(agent) and case.withdrawn_at is None and case.merged_into_id is None,
        **_goes_on(case, agent),
    }


def _goes_on(case: Case, agent: Agent) -> dict[str, Any]:
    """Where a case that became part of another is read on."""
    if case.merged_into_id is None:
        return {}
    end = ends_of([case.pk])[case.pk]
    return {"goes_on": _above.first(agent=agent, pk=end), "may_unmerge": may_write(agent)}


def _family(case: Case, agent: Agent) -> dict[str, Any]:
    """The problem above it, or what is below it; a case has one or the other."""
    if case.parent_id:
        return {"above": _above.first(agent=agent, pk=case.parent_id)}
    # Known since it was fetched; whoever brings a case from elsewhere asks.
    return {"below": below(case, agent) if getattr(case, "is_problem", True) else []}


def _related(case: Case, agent: Agent) -> list[Case]:
    """The customer's others, or those of the same order, or those split from it."""
    if case.customer_id:
        return _others(agent=agent, but=case.pk, customer=case.customer_id, order=None)
    return _others(agent=agent, but=case.pk, customer=None, order=case.order_id)


@kept
def _others(agent: Agent, but: int, customer: int | None, order: int | None) -> QuerySet[Case]:
    rows = Case.objects.visible_to(agent).filter(withdrawn_at=None, merged_into=None).exclude(pk=but)
    if customer is not None:
        rows = rows.filter(customer=customer)
    elif order is not None:
        rows = rows.filter(order=order)
    else:
        rows = rows.filter(split_from=but)
    return rows.select_related("type").only("number", "subject", "state", "type__name").order_by("-opened_at")[:RELATED]


@kept
def _above(agent: Agent, pk: int) -> QuerySet[Case]:
    return Case.objects.visible_to(agent).filter(pk=pk).only("number", "subject", "state")


@kept
def _order(pk: int) -> QuerySet[Order]:
    rows: QuerySet[Order] = Order.objects.filter(pk=pk)
    return rows.annotate(has_source=Exists(HoldingSource.objects.knowing("order")))


@kept
def _holding(pk: int) -> QuerySet[Holding]:
    rows: QuerySet[Holding] = Holding.objects.filter(pk=pk).select_related("product")
    return rows.annotate(has_source=Exists(HoldingSource.objects.knowing(OuterRef("kind"))))


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
    if not still_seen or not request.headers.get("HX-Request"):
        messages.success(request, said)
        return go_to(request, address)
    response = render(request, "cases/body.html", context_of(request, seen(request.user, case.pk)))
    response["HX-Retarget"], response["HX-Reswap"] = "#case", "outerHTML"
    return toast(response, said, close=True)


def toast(response: HttpResponse, said: str, *, close: bool = False) -> HttpResponse:
    triggers: dict[str, Any] = {"fanal:toast": {"text": said, "kind": "go"}}
    if close:
        triggers["fanal:close-dialog"] = {}
    response["HX-Trigger"] = json.dumps(triggers)
    return response


def dialog(
    request: SignedInRequest,
    form: Form,
    *,
    title: str,
    url: str,
    button: str,
    help: str = "",
    alike: bool = False,
    values: Form | None = None,
) -> HttpResponse:
    """A dialog with a form; 422 when it comes back with problems. `alike`: shows what is like it meanwhile;
    `values`: the form asks for what the chosen type needs.
    """
    context = {"form": form, "title": title, "url": url, "button": button, "help": help, "alike": alike}
    context["values"] = values
    template = "cases/dialog.html" if request.headers.get("HX-Request") else "cases/dialog_page.html"
    return render(request, template, context, status=422 if form.is_bound else 200)
