"""The addresses of the agent's phone."""

from django.urls import path

from fanal.desk.phone import views

urlpatterns = [
    path("phone/", views.phone, name="phone"),
    path("phone/ringing/", views.ringing, name="phone_ringing"),
    path("phone/line/", views.line, name="phone_line"),
    path("offers/<int:pk>/quality/", views.quality, name="call_quality"),
]
