"""The demo shop's pages, seen as a stranger or as one of its customers."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any

import jwt
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseNotFound
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.customers.models import Customer
from fanal.environment import environment
from fanal.holdings.models import Order, Product
from fanal.portal.shop import goods, post

ACCOUNT = "shop"
# This secret is printed in the demo's source, so whoever has it has the demo's invented people and nobody real.
DEMO_SECRET = "demo-shop-"  # noqa: S105 - only its beginning
VISITOR, LANGUAGE = "demo_visitor", "demo_language"
LANGUAGES = {"en": "English", "ar": "العربية", "fr": "Français", "ru": "Русский"}
POLICY = (
    "default-src 'self'; style-src 'self'; img-src 'self' data:; frame-src 'self'; base-uri 'none'; object-src 'none'"
)

View = Callable[..., HttpResponse]


def page(view: View) -> View:
    """In the visitor's language, and only where the demo's data is."""

    @wraps(view)
    def shown(request: HttpRequest, **address: Any) -> HttpResponse:
        account = ChannelAccount.objects.filter(kind=ChannelKind.WEBCHAT, code=ACCOUNT, active=True).first()
        if account is None or not str(account.settings.get("identity_secret", "")).startswith(DEMO_SECRET):
            said = _("There is no demo shop here: it belongs to the demo data (bin/demo loads it).")
            return HttpResponseNotFound(said, content_type="text/plain; charset=utf-8")
        asked = request.GET.get("language", "")
        language = asked if asked in LANGUAGES else request.COOKIES.get(LANGUAGE, "")
        language = language if language in LANGUAGES else translation.get_language_from_request(request).split("-")[0]
        with translation.override(language):
            response = view(request, account=account, **address)
        if asked in LANGUAGES:
            response.set_cookie(LANGUAGE, asked, max_age=86400 * 30, httponly=True, samesite="Lax", path="/demo-shop/")
        response["Content-Security-Policy"] = POLICY
        return response

    return shown


@require_safe
@page
def home(request: HttpRequest, *, account: ChannelAccount) -> HttpResponse:
    return _shown(request, "home", account, goods=goods.on_show())


@require_safe
@page
def product(request: HttpRequest, *, account: ChannelAccount, code: str) -> HttpResponse:
    item = goods.described(get_object_or_404(Product, code=code))
    return _shown(request, "product", account, item=item, others=[one for one in goods.on_show() if one != item][:3])


@require_safe
@page
def orders(request: HttpRequest, *, account: ChannelAccount) -> HttpResponse:
    customer = visitor(request)
    found = goods.orders_of(customer) if customer else []
    return _shown(request, "orders", account, orders=found, given_order=_asked_order(request, customer))


@require_safe
@page
def questions(request: HttpRequest, *, account: ChannelAccount) -> HttpResponse:
    return _shown(request, "help", account)


@require_safe
@page
def mail(request: HttpRequest, *, account: ChannelAccount) -> HttpResponse:
    """What the demo answered by mail: it sends none, so here is where to read it."""
    listening = environment.mail_listen.partition("//")[2]
    return _shown(request, "mail", account, letters=post.sent(), listening=listening, address=post.address())


@require_POST
def visit_as(request: HttpRequest) -> HttpResponse:
    """Sign in as a demo customer, or be a stranger again. A real shop has its own sign-in here."""
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = "/demo-shop/"
    response = redirect(back)
    chosen = request.POST.get("customer", "")
    if not chosen:
        response.delete_cookie(VISITOR, path="/demo-shop/")
        return response
    if not goods.guests().filter(external_id=chosen).exists():
        return HttpResponseBadRequest(
            _("This customer is not one of the demo's."), content_type="text/plain; charset=utf-8"
        )
    value = signing.dumps(chosen, salt="demo-shop")
    response.set_cookie(VISITOR, value, max_age=86400, httponly=True, samesite="Lax", path="/demo-shop/")
    return response


def visitor(request: HttpRequest) -> Customer | None:
    """The demo customer who is signed in at the shop."""
    try:
        chosen = signing.loads(request.COOKIES.get(VISITOR, ""), salt="demo-shop", max_age=86400)
    except signing.BadSignature:
        return None
    return goods.guests().filter(external_id=chosen).first()


def identity(customer: Customer, account: ChannelAccount) -> str:
    """What any host site does on its server: five minutes' word for who is signed in there."""
    claims = {
        "aud": account.code,
        "sub": customer.external_id,
        "exp": datetime.now(UTC) + timedelta(minutes=5),
        "jti": secrets.token_hex(8),
    }
    return jwt.encode(claims, account.settings["identity_secret"], "HS256")


def _asked_order(request: HttpRequest, customer: Customer | None) -> str:
    """The order whose row was chosen: the chat is told its number, as a real shop would."""
    number = request.GET.get("order", "")
    return number if customer and Order.objects.filter(customer=customer, number=number).exists() else ""


def _shown(request: HttpRequest, name: str, account: ChannelAccount, **more: Any) -> HttpResponse:
    customer = visitor(request)
    language = translation.get_language()
    context = {
        "page": name,
        "visitor": customer,
        "guests": goods.guests(),
        "identity": identity(customer, account) if customer else "",
        "account": account.code,
        "language": language,
        "languages": LANGUAGES.items(),
        "right_to_left": translation.get_language_bidi(),
        "script": request.build_absolute_uri("/widget/v1.js"),
        **more,
    }
    response = render(request, f"shop/{name}.html", context)
    response["Cache-Control"] = "no-store"
    return response
