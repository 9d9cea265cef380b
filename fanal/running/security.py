"""What every answer tells the browser not to do, and whom we believe about where a request came from."""

import ipaddress
from collections.abc import Callable
from functools import cache
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import BadRequest
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
FORM = "application/x-www-form-urlencoded"
THROUGH_A_PROXY = "fanal.through_a_proxy"
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
            else:  # it came through the proxy, which says in no words that we read from whom
                request.META[THROUGH_A_PROXY] = any(request.META.get(header) for header in FORWARDED)
            request.META.pop("HTTP_X_FORWARDED_FOR", None)
        else:
            dropped = [request.META.pop(header, None) for header in FORWARDED]
            request.META[THROUGH_A_PROXY] = any(dropped)
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
        name, pbx = _loopback_name(request.META.get("HTTP_HOST", "")), environment.pbx_origin
        headers.setdefault("Content-Security-Policy", _policy(name, pbx))
        headers.setdefault("Permissions-Policy", WITH_A_PHONE if pbx else PERMISSIONS)
        if "Cache-Control" not in headers and not request.path.startswith(settings.STATIC_URL):
            headers["Cache-Control"] = "no-store"
        return response

    return answer


def storable_forms(get_response: Answer) -> Answer:
    """A form with a NUL in it is nobody's: no database can keep it, and no field has to look for it."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.content_type == FORM and (b"%00" in request.body or b"\0" in request.body):
            raise BadRequest("a NUL in a form")
        return get_response(request)

    return answer


PERMISSIONS = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), "
    "midi=(), payment=(), usb=(), browsing-topics=(), "
    "publickey-credentials-create=(self), publickey-credentials-get=(self)"
)
WITH_A_PHONE = (
    PERMISSIONS.replace("microphone=()", "microphone=(self), speaker-selection=(self)")
    .replace("camera=()", "camera=(self)")
    .replace("display-capture=()", "display-capture=(self)")
)


def _loopback_name(host: str) -> str:
    """Of whatever a stranger writes into Host only these two names matter, so only they are remembered."""
    name = host.rpartition(":")[0] or host
    return name if name in LOOPBACK else ""


@cache
def _policy(name: str, pbx: str) -> str:
    """The event stream, and where there is one the PBX, are the other origins that a page talks to."""
    live = urlsplit(environment.live_origin)
    lives = [f"{live.scheme}://{live.netloc}"]
    if live.hostname in LOOPBACK and name:
        lives = [f"{live.scheme}://{name}:{live.port}"]
    parts = {
        "default-src": "'self'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": " ".join(["'self'", *lives, *([pbx] if pbx else [])]),
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
    if not environment.trusted_proxies or not _is_address(address):
        return False
    found = ipaddress.ip_address(address)
    return any(found in ipaddress.ip_network(proxy, strict=False) for proxy in environment.trusted_proxies)
