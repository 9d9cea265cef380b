"""The addresses of the bell."""

from django.urls import path

from fanal.desk.notices import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/number/", views.number, name="notices_number"),
]
