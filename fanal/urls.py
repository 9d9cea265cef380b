"""Every address of the program."""

from django.conf import settings
from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("fanal.desk.cases.urls")),
]

if settings.DEBUG:
    urlpatterns += [path("", include("fanal.desk.gallery"))]
