"""The addresses of the agent's page: nouns, each answering its own fragments."""

from django.urls import path

from fanal.desk.workplace.views import doing, ending, offers, page, practice, reaching, talk, topics, who

urlpatterns = [
    path("", page.desk, name="desk"),
    path("work/", page.work, name="work"),
    path("presence/", page.presence, name="presence"),
    path("practice/", practice.practice, name="practice"),
    path("pulse/", page.pulse, name="pulse"),
    path("presence/heartbeat/", page.heartbeat, name="heartbeat"),
    path("offers/<int:pk>/acceptance/", offers.acceptance, name="offer_acceptance"),
    path("offers/<int:pk>/refusal/", offers.refusal, name="offer_refusal"),
    path("interactions/<int:pk>/", page.interaction, name="interaction"),
    path("interactions/<int:pk>/lines/", talk.lines, name="lines"),
    path("interactions/<int:pk>/messages/", talk.messages, name="messages"),
    path("interactions/<int:pk>/attachments/", talk.attachments, name="attachments"),
    path("interactions/<int:pk>/typing/", talk.typing, name="typing"),
    path("interactions/<int:pk>/canned-replies/", talk.canned_replies, name="canned_replies"),
    path("attachments/<int:pk>/", talk.attachment, name="attachment"),
    path("interactions/<int:pk>/topics/", topics.topics, name="topics"),
    path("interactions/<int:pk>/topics/new/", topics.new_topic, name="new_topic"),
    path("topics/<int:pk>/", topics.topic, name="topic"),
    path("topics/<int:pk>/focus/", topics.focus, name="topic_focus"),
    path("interactions/<int:pk>/cases/", topics.cases, name="interaction_cases"),
    path("interactions/<int:pk>/cases/new/", topics.new_case, name="new_case"),
    path("interactions/<int:pk>/about/", who.about, name="about"),
    path("interactions/<int:pk>/people/", who.found, name="people_found"),
    path("interactions/<int:pk>/customer/", who.customer, name="interaction_customer"),
    path("interactions/<int:pk>/customer/<int:customer_pk>/", who.customer, name="interaction_customer_is"),
    path("interactions/<int:pk>/behalf/", who.behalf, name="behalf"),
    path("interactions/<int:pk>/questions/", who.questions, name="questions"),
    path("interactions/<int:pk>/answers/", who.answers, name="answers"),
    path("interactions/<int:pk>/deeds/", doing.deeds, name="deeds"),
    path("action-records/<int:pk>/", doing.action_record, name="action_record"),
    path("interactions/<int:pk>/ending/", ending.ending, name="ending"),
    path("interactions/<int:pk>/transfer/", ending.transfer, name="transfer"),
    path("interactions/<int:pk>/blocking/", ending.blocking, name="blocking"),
    path("customers/<int:pk>/messages/", reaching.messages, name="customer_messages"),
    path("segments/<int:pk>/wrap-up/", ending.wrap_up, name="wrap_up"),
    path("segments/<int:pk>/corrections/", ending.corrections, name="corrections"),
]
