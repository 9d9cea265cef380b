"""Who may open a page: each view names the permission it needs, and the authorisation matrix reads it from there."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from fanal.agents.models import Agent, Permission

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class SignedInRequest(HttpRequest):
    """A request whose person is known: what views behind `needs` are given."""

    user: Agent


def needs(*permissions: Permission) -> Callable[[Callable[Concatenate[SignedInRequest, P], HttpResponseBase]], View[P]]:
    """The view is for signed-in people whose role has one of these permissions; without any named, for all of them.

    A stranger is sent to sign in (a fragment gets 401 with where to go), others get 403.
    """

    def decorate(view: Callable[Concatenate[SignedInRequest, P], HttpResponseBase]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            agent: Any = request.user
            if not agent.is_authenticated or not agent.is_active:
                return _to_sign_in(request)
            if permissions and not any(agent.may(permission) for permission in permissions):
                raise PermissionDenied
            if request.content_type == "multipart/form-data" and any("\0" in text for text in _texts(request)):
                raise BadRequest("a NUL in a form")
            return view(cast(SignedInRequest, request), *args, **kwargs)

        guarded.needs = permissions  # type: ignore[attr-defined]
        return cast(View[P], guarded)

    return decorate


def _texts(request: HttpRequest) -> Iterator[str]:
    """What a form with files says besides them; `running.security.storable_forms` looks at all other forms."""
    for _name, texts in request.POST.lists():
        yield from map(str, texts)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(
            status=401, headers={"HX-Redirect": redirect_to_login(request.headers.get("HX-Current-URL", "/")).url}
        )
    return redirect_to_login(request.get_full_path())
