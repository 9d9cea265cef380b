"""The addresses of visits."""

from django.urls import path

from fanal.desk.visits import planning, views

urlpatterns = [
    path("visits/", views.visits, name="visits"),
    path("visits/<int:pk>/departure/", views.departure, name="visit_departure"),
    path("visits/<int:pk>/ending/", views.ending, name="visit_ending"),
    path("visits/<int:pk>/plan/", planning.visit, name="visit_plan"),
    path("visits/<int:pk>/cancellation/", planning.cancellation, name="visit_cancellation"),
    path("cases/<int:pk>/visits/", planning.visits, name="case_visits"),
]
