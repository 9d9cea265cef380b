"""The addresses of reports."""

from django.urls import path

from fanal.desk.reports import views

urlpatterns = [
    path("reports/", views.reports, name="reports"),
    path("reports/table.csv", views.table_file, name="report_file"),
    path("reports/rows", views.rows, name="report_rows"),
    path("reports/rows.csv", views.rows_file, name="report_rows_file"),
    path("reports/definitions/", views.definitions, name="report_definitions"),
]
