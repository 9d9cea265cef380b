"""The addresses of signing in; what allauth offers and fanal does not is closed here."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path, re_path

from fanal.desk.accounts import views


def closed(request: HttpRequest, **more: str) -> HttpResponse:
    """There is no such page: people are invited, and an administrator changes e-mail addresses."""
    raise Http404


urlpatterns = [
    *(path(f"accounts/{address}", closed) for address in ("signup/", "email/", "confirm-email/", "password/set/")),
    re_path(r"^accounts/confirm-email/.+$", closed),
    path("accounts/", include("allauth.urls")),
    path("invitations/<str:token>/", views.invitation, name="invitation"),
    path("i18n/setlang/", views.language, name="set_language"),
]
