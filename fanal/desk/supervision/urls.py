"""The addresses of supervision: nouns, each answering its own fragments."""

from django.urls import path

from fanal.desk.supervision import views

urlpatterns = [
    path("queues/", views.queues, name="queues"),
    path("queues/<int:pk>/", views.queue, name="queue"),
    path("queues/entries/<int:pk>/place/", views.entry_place, name="entry_place"),
    path("queues/entries/<int:pk>/priority/", views.entry_priority, name="entry_priority"),
    path("frequent/", views.frequent, name="frequent"),
    path("agents/", views.agents, name="agents"),
    path("agents/<int:pk>/presence/", views.agent_presence, name="agent_presence"),
    path("quarantine/", views.quarantine, name="quarantine"),
    path("quarantine/<int:pk>/replay/", views.replay, name="quarantine_replay"),
]
