"""What customers' browsers load: the widget's script and its frame, and the demo shop."""

from django.urls import include, path

from fanal.portal import widget

urlpatterns = [
    path("widget/v1.js", widget.script, name="widget-script"),
    path("widget/frame/", widget.frame, name="widget-frame"),
    path("demo-shop/", include("fanal.portal.shop.urls")),
]
