"""The addresses of the scenario pages, under administration."""

from django.urls import path

from fanal.desk.scenarios import views

urlpatterns = [
    path("administration/scenarios/", views.scenarios, name="scenarios"),
    path("administration/scenarios/new/", views.new_scenario, name="scenario_new"),
    path("administration/scenarios/order/", views.order, name="scenario_order"),
    path("administration/scenarios/trial/", views.trial, name="scenario_trial"),
    path("administration/scenarios/<int:pk>/", views.scenario, name="scenario"),
    path("administration/scenarios/<int:pk>/activity/", views.activity, name="scenario_activity"),
]
