"""The addresses of articles."""

from django.urls import path

from fanal.desk.knowledge import views

urlpatterns = [
    path("articles/", views.articles, name="articles"),
    path("articles/<int:pk>/", views.article, name="article"),
    path("articles/<int:pk>/dropping/", views.dropping, name="article_dropping"),
    path("cases/<int:pk>/article/", views.of_case, name="case_article"),
    path("frequent/article/", views.of_frequent, name="frequent_article"),
]
