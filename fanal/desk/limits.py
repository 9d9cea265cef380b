"""How often one person may ask for what costs much: enough to search while one types, not to empty the database."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fanal.desk.access import SignedInRequest
from fanal.running.limits import Buckets, Limit, take_of_all

SEARCHES = Limit(burst=60, per_minute=120)
FILES = Limit(burst=6, per_minute=6)

P = ParamSpec("P")
View = Callable[Concatenate[SignedInRequest, P], HttpResponseBase]
buckets = Buckets()


def searching(view: View[P]) -> View[P]:
    """For views that search; counted in the process and shared each second, so that typing stays quick."""
    return _limited(view, lambda agent: buckets.take(f"search:{agent}", SEARCHES, now=time.monotonic()))


def exporting(view: View[P]) -> View[P]:
    """For views that give files out; counted exactly over all processes."""
    return _limited(view, lambda agent: take_of_all(f"export:{agent}", FILES))


def _limited(view: View[P], take: Callable[[int], float]) -> View[P]:
    @wraps(view)
    def guarded(request: SignedInRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        wait = take(request.user.pk)
        return _too_often(request, max(1, round(wait + 0.5))) if wait else view(request, *args, **kwargs)

    return guarded  # type: ignore[return-value]


def _too_often(request: SignedInRequest, seconds: int) -> HttpResponse:
    """In the reader's language, as the asker understands it: a page, a sentence for a fragment, or JSON."""
    said = _("That was too much at once.") + " "
    said += ngettext("Try again in %(n)s second.", "Try again in %(n)s seconds.", seconds) % {"n": seconds}
    if request.headers.get("HX-Request"):
        answer = HttpResponse(said, content_type="text/plain; charset=utf-8")
    elif request.headers.get("Accept", "").startswith("application/json"):
        answer = JsonResponse({"error": "too_often", "detail": said})
    else:
        answer = render(request, "429.html", {"why": said})
    answer.status_code = 429
    answer.headers["Retry-After"] = str(seconds)
    return answer
