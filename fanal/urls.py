"""Every address of the program."""

from django.conf import settings
from django.urls import include, path

urlpatterns = [
    path("", include("fanal.desk.accounts.urls")),
]

if settings.DEBUG:
    urlpatterns += [path("", include("fanal.desk.gallery"))]
