"""Every address of the program."""

from django.conf import settings
from django.urls import include, path

urlpatterns = [
    path("", include("fanal.desk.accounts.urls")),
    path("", include("fanal.desk.setup.urls")),
    path("", include("fanal.api.urls")),
    path("", include("fanal.portal.urls")),
    path("", include("fanal.desk.workplace.urls")),
    path("", include("fanal.desk.phone.urls")),
    path("", include("fanal.desk.cases.urls")),
    path("", include("fanal.desk.visits.urls")),
    path("", include("fanal.desk.notices.urls")),
    path("", include("fanal.desk.knowledge.urls")),
    path("", include("fanal.desk.scenarios.urls")),
    path("", include("fanal.desk.customers.urls")),
    path("", include("fanal.desk.finding.urls")),
    path("", include("fanal.desk.supervision.urls")),
    path("", include("fanal.desk.reports.urls")),
    path("", include("fanal.desk.administration.urls")),
]

handler500 = "fanal.desk.faults.failed"

if settings.DEBUG:
    urlpatterns += [path("", include("fanal.desk.gallery"))]
