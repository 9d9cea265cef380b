"""What can be wrong with a request, said so that a program and a person both understand it."""

import logging
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

log = logging.getLogger(__name__)


class Problem(Exception):
    """A refusal: HTTP status, a code for programs, a sentence for people, and what to know besides."""

    def __init__(self, status: int, code: str, message: str, **more: Any) -> None:
        super().__init__(code)
        self.status, self.code, self.message, self.more = status, code, message, more


def install(api: NinjaAPI) -> None:
    """Make every refusal of this API look the same: `error`, `message`, and details where there are some."""

    def answer(request: HttpRequest, status: int, body: Mapping[str, Any]) -> HttpResponse:
        response = api.create_response(request, body, status=status)
        if "retry_after" in body:
            response["Retry-After"] = str(body["retry_after"])
        return response

    @api.exception_handler(Problem)
    def _problem(request: HttpRequest, problem: Problem) -> HttpResponse:
        return answer(request, problem.status, {"error": problem.code, "message": problem.message, **problem.more})

    @api.exception_handler(ValidationError)
    def _invalid(request: HttpRequest, problem: ValidationError) -> HttpResponse:
        fields = [
            {"field": ".".join(str(part) for part in one["loc"][1:]), "error": one["type"], "message": one["msg"]}
            for one in problem.errors[:20]
        ]
        said = _too_long(problem) or _("Something in the request is missing, wrong or not expected: see “fields”.")
        return answer(request, 422, {"error": "invalid", "message": said, "fields": fields})

    @api.exception_handler(AuthenticationError)
    def _nobody(request: HttpRequest, problem: AuthenticationError) -> HttpResponse:
        return answer(request, 401, {"error": "not_signed_in", "message": _("A valid token is needed here.")})

    @api.exception_handler(HttpError)
    def _http(request: HttpRequest, problem: HttpError) -> HttpResponse:
        code = {400: "malformed", 404: "not_found"}.get(problem.status_code, "refused")
        said = _("The request is not valid JSON.") if problem.status_code == 400 else problem.message
        return answer(request, problem.status_code, {"error": code, "message": said})

    @api.exception_handler(OperationalError)
    @api.exception_handler(InterfaceError)
    def _not_now(request: HttpRequest, problem: Exception) -> HttpResponse:
        log.error("the database did not answer: %s", type(problem).__name__)
        said = _("We cannot take this at the moment. It is tried again in a moment.")
        return answer(request, 503, {"error": "not_now", "message": said, "retry_after": 2})

    @api.exception_handler(RequestDataTooBig)
    def _too_big(request: HttpRequest, problem: RequestDataTooBig) -> HttpResponse:
        return answer(request, 413, {"error": "too_large", "message": _("The request is too large.")})


def _too_long(problem: ValidationError) -> str:
    """A text that is too long for its field is said with the limit; nothing is ever cut."""
    for one in problem.errors:
        if one["type"] == "string_too_long":
            values = {"field": one["loc"][-1], "most": one["ctx"]["max_length"]}
            return _("“%(field)s” may have at most %(most)s characters. Nothing of it was taken.") % values
    return ""
