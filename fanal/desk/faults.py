"""What a page says when it could not be made: the database is away for a moment, or something broke."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template.loader import get_template

AGAIN_AFTER = 2  # seconds


def failed(request: HttpRequest) -> HttpResponse:
    """The page for whatever went wrong; it asks the database for nothing."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        page = get_template("503.html").render()
        return HttpResponse(page, status=503, headers={"Retry-After": AGAIN_AFTER})
    return HttpResponseServerError(get_template("500.html").render())
