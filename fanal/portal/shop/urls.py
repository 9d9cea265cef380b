"""The addresses of the demo shop."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
