"""The address of the search."""

from django.urls import path

from fanal.desk.finding import views

urlpatterns = [path("search/", views.found, name="search")]
