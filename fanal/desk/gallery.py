"""A page that shows every part of the design system with believable content; served only while DEBUG is on."""

from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone, translation
from django.views.decorators.csrf import ensure_csrf_cookie

from fanal.environment import environment

PAGES = {"": "gallery/index.html", "desk": "gallery/desk.html", "entrance": "gallery/entrance.html"}


@ensure_csrf_cookie
def gallery(request: HttpRequest, name: str = "") -> HttpResponse:
    """`?language=ar` shows it right to left."""
    language = request.GET.get("language", "en")
    with translation.override(language):
        return render(request, PAGES[name], _context(language, live="live" in request.GET))


def fragment(request: HttpRequest) -> HttpResponse:
    """What an htmx part reloads: proof that a part follows events."""
    return HttpResponse(timezone.now().strftime("<span>%H:%M:%S.%f</span>"))


def found(request: HttpRequest) -> HttpResponse:
    """What the search box shows."""
    return render(request, "gallery/found.html", {"words": request.GET.get("q", "")})


def _context(language: str, live: bool = False) -> dict[str, Any]:
    now = timezone.now()
    return {
        "arabic": language == "ar",
        "now": now,
        "talking_since": (now - timedelta(seconds=200)).isoformat(),
        "available_since": (now - timedelta(minutes=18, seconds=4)).isoformat(),
        "asked_at": (now - timedelta(minutes=14)).isoformat(),
        "rings_until": (now + timedelta(seconds=13)).isoformat(),
        "promised_until": (now + timedelta(minutes=22)).isoformat(),
        "late_since": (now - timedelta(minutes=2, seconds=41)).isoformat(),
        "page": Paginator(range(431), 25).page(3),
        "shell_items": _shell_items(language),
        "search_url": "/gallery/found/",
        "live_url": f"{environment.live_origin}/live" if live else "",
    }


def _shell_items(language: str) -> list[dict[str, Any]]:
    names = {
        "en": ["Desk", "Cases", "Customers", "Queues", "Reports", "Administration"],
        "ar": ["المكتب", "الحالات", "العملاء", "الطوابير", "التقارير", "الإدارة"],
    }
    icons = ["chat", "case", "people", "queue", "chart", "settings"]
    labels = names.get(language, names["en"])
    return [
        {
            "name": icon,
            "label": label,
            "icon": icon,
            "url": f"#{icon}",
            "current": icon == "chat",
            "count": 2 * (icon == "case"),
        }
        for icon, label in zip(icons, labels, strict=True)
    ]


urlpatterns = [
    path("gallery/", gallery, name="gallery"),
    path("gallery/found/", found, name="gallery_found"),
    path("gallery/fragment/", fragment, name="gallery_fragment"),
    path("gallery/<slug:name>/", gallery, name="gallery_page"),
]
