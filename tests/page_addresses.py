"""The program's addresses, and stand-ins for those that a test of single pages links to but does not open."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path

from fanal.urls import urlpatterns as real


def elsewhere(request: HttpRequest, **_: Any) -> HttpResponse:
    return HttpResponse(status=204)


urlpatterns = [
    *real,
    path("elsewhere/desk/", elsewhere, name="desk"),
    path("elsewhere/search/", elsewhere, name="search"),
    path("elsewhere/cases/", elsewhere, name="cases"),
    path("elsewhere/customers/", elsewhere, name="customers"),
    path("elsewhere/administration/", elsewhere, name="administration"),
    path("elsewhere/interactions/<int:pk>/", elsewhere, name="interaction"),
    path("elsewhere/cases/<int:pk>/", elsewhere, name="case"),
]
