"""The addresses of the first run; all of them are 404 once it is over."""

from django.urls import path

from fanal.desk.setup import views

urlpatterns = [
    path("setup/people/", views.people, name="setup_people"),
    path("setup/end/", views.end, name="setup_end"),
    path("setup/step/<slug:step>/", views.step, name="setup_step"),
    path("setup/<slug:token>/", views.administrator, name="setup"),
]
