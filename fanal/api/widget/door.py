"""A door of its own for what the widget sends most: a visitor's message, before sessions, sign-in and languages.

Whatever is not plainly a message that can be taken (another address, a wrong token, a malformed body, too much at once)
goes on to the ordinary way, which does the same and says properly what is wrong.
"""

from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.db import Error
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.http.request import UnreadablePostError
from pydantic import ValidationError

from fanal.api import limits
from fanal.api.problems import Problem
from fanal.api.widget.asking import LARGEST_BODY, TokenHolder, account_of, limit
from fanal.api.widget.schemas import MessageIn, Stored
from fanal.api.widget.sending import said

PATH = "/api/v1/widget/messages"
JSON = "application/json; charset=utf-8"
Answer = Callable[[HttpRequest], HttpResponseBase]
_whose = TokenHolder()


def messages_first(get_response: Answer) -> Answer:
    """The middleware; it stands behind those that every answer needs."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.path_info == PATH and request.method == "POST":
            try:
                stored = _take(request)
            except (Problem, ValidationError, RequestDataTooBig, UnreadablePostError, Error):
                stored = None
            if stored:
                return _accepted(stored)
        return get_response(request)

    return answer


def _take(request: HttpRequest) -> Stored | None:
    request.get_host()  # refuses a host that is not ours
    limits.check_size(request, LARGEST_BODY)
    given = MessageIn.model_validate_json(request.body)  # before anything is counted: the ordinary way counts it
    visitor = _whose(request)
    if visitor is None:
        return None
    of = account_of(visitor)
    limit(of, "send", visitor.id)
    return said(of, visitor, given)


def _accepted(stored: Stored) -> JsonResponse:
    response = JsonResponse({"id": stored.id, "stored_at": stored.stored_at}, status=202, content_type=JSON)
    response["Content-Length"] = str(len(response.content))
    return response
