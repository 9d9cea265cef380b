"""The addresses of the demo shop."""

from django.urls import path

from fanal.portal.shop import views

urlpatterns = [
    path("", views.home, name="shop-home"),
    path("products/<slug:code>/", views.product, name="shop-product"),
    path("orders/", views.orders, name="shop-orders"),
    path("help/", views.questions, name="shop-help"),
    path("mail/", views.mail, name="shop-mail"),
    path("visitor/", views.visit_as, name="shop-visit-as"),
]
