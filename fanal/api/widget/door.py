"""A door of its own for what the widget sends most: a visitor's message, before sessions, sign-in and languages.

Whatever is not plainly a message that can be taken (another address, a wrong token, a malformed body, too much at once)
goes on to the ordinary way, which does the same and says properly what is wrong.
"""

from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.db import Error
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from pydantic import ValidationError

from fanal.api import limits
from fanal.api.problems import Problem
from fanal.api.visitors import BadToken, read
from fanal.api.widget.asking import LARGEST_BODY, account_of, check_size, limit
from fanal.api.widget.schemas import MessageIn, Stored
from fanal.api.widget.sending import said

PATH = "/api/v1/widget/messages"
JSON = "application/json; charset=utf-8"
Answer = Callable[[HttpRequest], HttpResponseBase]


def messages_first(get_response: Answer) -> Answer:
    """The middleware; it stands behind those that every answer needs."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.path_info == PATH and request.method == "POST":
            try:
                stored = _take(request)
            except (Problem, BadToken, ValidationError, RequestDataTooBig, UnreadablePostError, Error):
                return get_response(request)
            response = JsonResponse({"id": stored.id, "stored_at": stored.stored_at}, status=202, content_type=JSON)
            response["Content-Length"] = str(len(response.content))
            return response
        return get_response(request)

    return answer


def _take(request: HttpRequest) -> Stored:
    request.get_host()  # refuses a host that is not ours
    check_size(request, LARGEST_BODY)
    scheme, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")[::2]
    if scheme != "Bearer":
        raise BadToken("token_unknown")
    visitor = read(token, now=timezone.now())
    given = MessageIn.model_validate_json(request.body)
    of = account_of(visitor)
    limit(request, of, "address", limits.address(request))
    limit(request, of, "send", visitor.id)
    return said(of, visitor, given)
