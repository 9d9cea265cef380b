"""The addresses for programs: the API, and whether the program is well."""

from django.urls import path

from fanal.api import watching
from fanal.api.frame import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("healthz", watching.healthz, name="healthz"),
    path("metrics", watching.metrics, name="metrics"),
]
