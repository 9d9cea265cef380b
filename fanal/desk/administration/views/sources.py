"""Try a back office out: what it really answers to one question, and what each path finds in it."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fanal import outside
from fanal.agents.models import Permission
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.administration.forms.sources import TrialForm
from fanal.desk.administration.menu import menu_of
from fanal.desk.limits import exporting
from fanal.holdings import wording
from fanal.holdings.models import HoldingSource
from fanal.holdings.port import Answer, Thing
from fanal.holdings.sources.http import filling, paths, wire
from fanal.holdings.sources.http.adapter import HttpSource
from fanal.holdings.sources.http.setup import Setup
from fanal.holdings.sources.opening import setup_of
from fanal.running.sealed import NotReadable

MOST_SHOWN = 20_000


@dataclass(frozen=True, kw_only=True)
class Found:
    """One path: what stands there, and what it means to us; `odd` when that makes no sense."""

    field: str
    path: str
    raw: str
    ours: str
    odd: bool


@dataclass(frozen=True, kw_only=True)
class Trial:
    problem: str = ""
    status: int = 0
    body: str = ""
    found: tuple[Found, ...] = ()


@require_http_methods(["GET", "POST"])
@needs(Permission.ADMINISTER)
@exporting
def trial(request: SignedInRequest, pk: int) -> HttpResponse:
    """The one page that waits for a back office, for as long as that may take; nothing is kept of the answer."""
    source = get_object_or_404(HoldingSource, pk=pk)
    form = TrialForm(request.POST or None, kinds=source.kinds)
    tried = _tried(source, form.cleaned_data) if request.method == "POST" and form.is_valid() else None
    context = {"menu": menu_of("sources"), "source": source, "form": form, "trial": tried}
    return render(request, "administration/source_trial.html", context, status=422 if form.errors else 200)


def _tried(source: HoldingSource, asked: dict[str, Any]) -> Trial:
    try:
        setup = setup_of(source)
        reply = HttpSource(setup).reply(Thing(**asked))
    except NotReadable:
        return Trial(problem=_("The credential cannot be read any more: set it again."))
    except filling.NotFilled:
        return Trial(problem=wording.problem("not_filled"))
    except outside.NotReached:
        return Trial(problem=wording.problem("not_reached"))
    except (outside.NotAllowed, outside.NoAnswer) as refused:
        return Trial(problem=wording.problem(refused.code))
    said = wire.read(reply.status, reply.body, setup, kind=asked["kind"])
    problem = "" if isinstance(said, Answer) else wording.problem(getattr(said, "code", f"status_{reply.status}"))
    return Trial(
        problem=problem,
        status=reply.status,
        body=reply.body[:MOST_SHOWN].decode("utf-8", "replace"),
        found=tuple(_found(said, reply.body, setup)) if isinstance(said, Answer) else (),
    )


def _found(said: Answer, body: bytes, setup: Setup) -> list[Found]:
    answer = wire.decoded(body)
    ours = {**said.fields, "as_of": said.as_of}
    rows = []
    for field, path in setup.paths.items():
        if "." in field:
            continue
        raw = paths.find(answer, path)
        there = raw is not paths.NOTHING
        rows.append(
            Found(
                field=wording.field(field),
                path=path,
                raw=str(raw)[:200] if there else "",
                ours=_shown(ours.get(field)),
                odd=field in said.not_understood or not there,
            )
        )
    return rows


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return _("rows: %(count)s") % {"count": len(value)}
    return "" if value is None else str(value)
