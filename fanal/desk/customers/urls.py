"""The addresses of the customers' pages."""

from django.urls import path

from fanal.desk.customers import reading, relationships, views

urlpatterns = [
    path("customers/", views.customers, name="customers"),
    path("customers/new/", views.new, name="customer_new"),
    path("customers/<int:pk>/", views.customer, name="customer"),
    path("customers/<int:pk>/details/", views.details, name="customer_details"),
    path("customers/<int:pk>/contact-points/", views.contact_points, name="contact_points"),
    path("customers/<int:pk>/contact-points/<int:point_pk>/end/", views.contact_point_end, name="contact_point_end"),
    path("customers/<int:pk>/relationships/", relationships.relationships, name="relationships"),
    path("customers/<int:pk>/relationships/people/", relationships.people, name="relationship_people"),
    path(
        "customers/<int:pk>/relationships/<int:relationship_pk>/end/",
        relationships.relationship_end,
        name="relationship_end",
    ),
    path("customers/<int:pk>/history/", views.history, name="customer_history"),
    path("customers/orders/<int:pk>/reading/", reading.order_reading, name="order_reading"),
    path("customers/holdings/<int:pk>/reading/", reading.holding_reading, name="holding_reading"),
    path("customers/<int:pk>/readings/", views.readings, name="customer_readings"),
    path("customers/<int:pk>/opening/", views.opening, name="customer_opening"),
]
