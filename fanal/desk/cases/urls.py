"""The addresses of the case pages: nouns, each answering its own fragments."""

from django.urls import path

from fanal.desk.cases.views import changing, contacts, opening, people, queueing, reading

urlpatterns = [
    path("cases/", reading.cases, name="cases"),
    path("cases/new/", opening.new_case, name="case_new"),
    path("cases/<int:pk>/", reading.case, name="case"),
    path("cases/<int:pk>/history/", reading.history, name="case_history"),
    path("cases/<int:pk>/viewers/", reading.viewers, name="case_viewers"),
    path("cases/<int:pk>/notes/", changing.notes, name="case_notes"),
    path("cases/<int:pk>/details/", changing.details, name="case_details"),
    path("cases/<int:pk>/owner/", changing.owner, name="case_owner"),
    path("cases/<int:pk>/customer/", people.customer, name="case_customer"),
    path("cases/<int:pk>/waiting/", changing.waiting, name="case_waiting"),
    path("cases/<int:pk>/settlement/", changing.settlement, name="case_settlement"),
    path("cases/<int:pk>/reopening/", changing.reopening, name="case_reopening"),
    path("cases/<int:pk>/queue/", queueing.queue, name="case_queue"),
    path("cases/<int:pk>/parts/", opening.parts, name="case_parts"),
    path("cases/<int:pk>/contacts/", contacts.contacts, name="case_contacts"),
    path("cases/<int:pk>/contacts/<int:topic_pk>/", contacts.contact, name="case_contact"),
]
