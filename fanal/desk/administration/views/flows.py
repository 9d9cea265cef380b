"""A guided flow as a person reads it: its steps in words, what would go wrong with it, and a caller played in text."""

from collections.abc import Iterator
from typing import Any

from django.core import signing
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.views.decorators.http import require_http_methods

from fanal.agents.models import Permission
from fanal.desk.access import SignedInRequest, needs
from fanal.desk.administration.forms.flows import PlayForm
from fanal.desk.administration.menu import menu_of
from fanal.scenarios import wording_of_flows as wording
from fanal.scenarios.models import Flow
from fanal.scenarios.rules import flows
from fanal.scenarios.rules.flows import HOURS, LOOKUPS, OPENING, Turn
from fanal.scenarios.rules.flows.steps import Hours, Lookup
from fanal.scenarios.rules.flows.trying import Trial
from fanal.scenarios.soundness import findings

SALT = "a flow that is played"
MOST_LINES = 200
DAY = 24 * 60 * 60


@require_http_methods(["GET", "POST"])
@needs(Permission.ADMINISTER)
def trial(request: SignedInRequest, pk: int) -> HttpResponse:
    """Nothing is looked up and nothing is kept: where the played caller stands is in the page itself, signed."""
    row = get_object_or_404(Flow, pk=pk)
    context: dict[str, Any] = {"menu": menu_of("flows"), "flow": row}
    against = findings(row.content)
    try:
        read = flows.read(row.content)
    except flows.Unreadable as why:
        context["findings"] = [{"sentence": one} for one in wording.sentences(why.findings)]
        return render(request, "administration/flow.html", context)
    context["findings"] = [{"step": one.step, "sentence": wording.sentence(one)} for one in against]
    context["sound"] = not against
    context["steps"] = list(_steps(read, against))
    context |= _played(request, read)
    page = "administration/flow_played.html" if request.headers.get("HX-Request") else "administration/flow.html"
    return render(request, page, context)


def _steps(flow: flows.Flow, against: list[flows.Finding]) -> Iterator[dict[str, Any]]:
    language = translation.get_language() or ""
    for step in flow.steps.values():
        spoken = language if language in step.prompt else flow.language
        yield {
            "code": step.code,
            "kind": wording.kind(step),
            "about": wording.about(step),
            "begins": step.code == flow.begins,
            "says": step.prompt.get(spoken) or next(iter(step.prompt.values()), ""),
            "language": spoken,
            "ways": [(wording.way(why), to) for why, to in flows.ways(flow, step)],
            "findings": wording.sentences(one for one in against if one.step == step.code),
        }


def _played(request: SignedInRequest, flow: flows.Flow) -> dict[str, Any]:
    """The talk so far with what was pressed now, and what is awaited next."""
    lookups = _lookups(flow)
    state = _state(request.POST.get("state", "")) if request.method == "POST" and "again" not in request.POST else None
    form = PlayForm(request.POST or None, lookups=lookups)
    finds = form.finds() if request.method == "POST" and form.is_valid() else {}
    player = Trial(flow=flow, finds=finds)
    if state is None:
        turn, lines = player.begin(), []
    else:
        pressed = "" if "silence" in request.POST else form.cleaned_data.get("keys", "").strip()
        position = flows.position_of(state["position"])
        secret = _asks_secretly(flow, position)
        lines = [*state["lines"], {"pressed": "•" * len(pressed) if secret else pressed}]
        turn = player.go_on(position, flows.Keyed(keys=pressed) if pressed else flows.Silence())
    lines = [*lines, *({"said": said.text, "language": said.language} for said in turn.says)][-MOST_LINES:]
    kept = {"position": turn.position.as_json(), "lines": lines}
    secret = isinstance(turn.wants, flows.Keys) and turn.wants.secret
    return {
        "lines": lines,
        "over": wording.end(turn) if turn.over else "",
        "gathered": dict(turn.gathered),
        "awaited": _awaited(turn),
        "state": signing.dumps(kept, salt=SALT, compress=True),
        "play": PlayForm(lookups=lookups, secret=secret, initial={f"finds_{code}": one for code, one in finds.items()}),
    }


def _state(text: str) -> dict[str, Any] | None:
    """What the page kept; None when that is not ours, or too old."""
    try:
        found: dict[str, Any] = signing.loads(text, salt=SALT, max_age=DAY)
    except signing.BadSignature:
        return None
    return found


def _asks_secretly(flow: flows.Flow, position: flows.Position) -> bool:
    step = flow.steps.get(position.step)
    return isinstance(step, flows.Ask) and step.secret


def _awaited(turn: Turn) -> list[str]:
    return list(turn.wants.keys) if isinstance(turn.wants, flows.Choice) else []


def _lookups(flow: flows.Flow) -> dict[str, tuple[str, ...]]:
    """What the flow looks up, with what may come of it."""
    steps = flow.steps.values()
    found = {
        step.lookup: LOOKUPS[step.lookup].branches
        for step in steps
        if isinstance(step, Lookup) and step.lookup in LOOKUPS
    }
    return found | ({HOURS: OPENING.branches} if any(isinstance(step, Hours) for step in steps) else {})
