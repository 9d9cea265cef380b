"""What every answer tells the browser not to do, and whom we believe about where a request came from."""

import ipaddress
from collections.abc import Callable
from functools import cache
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from fanal.environment import environment

LARGEST_BODY = 30 * 1024 * 1024
FORWARDED = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_REAL_IP",
    "HTTP_FORWARDED",
)
LOOPBACK = ("127.0.0.1", "localhost")
Answer = Callable[[HttpRequest], HttpResponseBase]


def trusted_proxies(get_response: Answer) -> Answer:
    """Only our own reverse proxies may say who the client is; anybody else's X-Forwarded headers are dropped."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if _is_trusted(request.META.get("REMOTE_ADDR", "")):
            hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
            client = next((hop for hop in reversed(hops) if not _is_trusted(hop)), "")
            if _is_address(client):
                request.META["REMOTE_ADDR"] = client
            request.META.pop("HTTP_X_FORWARDED_FOR", None)
        else:
            for header in FORWARDED:
                request.META.pop(header, None)
        return get_response(request)

    return answer


def strict_headers(get_response: Answer) -> Answer:
    """Every answer carries a strict policy, unless its view set one itself (the widget's frame); pages are not stored.

    A body that is larger than anything fanal takes is refused before it is read.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
            response: HttpResponseBase = HttpResponse(status=413)
        else:
            response = get_response(request)
        headers = response.headers
        headers.setdefault("Content-Security-Policy", _policy(request.META.get("HTTP_HOST", "")))
        headers.setdefault("Permissions-Policy", PERMISSIONS)
        if "Cache-Control" not in headers and not request.path.startswith(settings.STATIC_URL):
            headers["Cache-Control"] = "no-store"
        return response

    return answer


PERMISSIONS = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), "
    "midi=(), payment=(), usb=(), browsing-topics=(), "
    "publickey-credentials-create=(self), publickey-credentials-get=(self)"
)


@cache
def _policy(host: str) -> str:
    """The event stream is the one other origin that a page talks to."""
    live = urlsplit(environment.live_origin)
    lives = [f"{live.scheme}://{live.netloc}"]
    name = host.rpartition(":")[0] or host
    if live.hostname in LOOPBACK and name in LOOPBACK:
        lives = [f"{live.scheme}://{name}:{live.port}"]
    parts = {
        "default-src": "'self'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": " ".join(["'self'", *lives]),
        "worker-src": "'self'",
        "frame-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_trusted(address: str) -> bool:
    """A proxy is named by its address or its network."""
    if not _is_address(address):
        return False
    found = ipaddress.ip_address(address)
    return any(found in ipaddress.ip_network(proxy, strict=False) for proxy in environment.trusted_proxies)
