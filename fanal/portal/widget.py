"""The chat widget on other people's sites: its script, and the page in the frame that only allowed sites may show."""

import functools
import hashlib
import json
import re
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from fanal.channels.models import ChannelAccount, ChannelKind
from fanal.environment import environment
from fanal.events.live import stream_url
from fanal.interactions import files
from fanal.norms import texts
from fanal.portal.wording import field_labels, launcher_words, widget_words
from fanal.running.security import WITH_A_PHONE

LANGUAGES = ("en", "ar", "fr", "ru")
OWN_SITE = "self"
SITE = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?")


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """The loader that a site names in its one script tag; the same bytes for everybody."""
    body, mark = _script()
    if request.headers.get("If-None-Match") == mark:
        return HttpResponseNotModified(headers={"ETag": mark})
    headers = {
        "ETag": mark,
        "Cache-Control": "public, max-age=300",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(body, content_type="text/javascript; charset=utf-8", headers=headers)


@xframe_options_exempt
@require_safe
def frame(request: HttpRequest) -> HttpResponse:
    """The conversation's page. Browsers show it only on the account's sites, and it talks to the named one only."""
    account = ChannelAccount.objects.filter(
        kind=ChannelKind.WEBCHAT, active=True, code=texts.clean(request.GET.get("account", ""))[:50]
    ).first()
    host = request.GET.get("origin", "")
    language = _language(request, account)
    with translation.override(language):
        sites = allowed_sites(account, request.get_host()) if account else []
        if account is None or host not in sites:
            return _refused(request, known=account is not None)
        response = render(request, "portal/frame.html", _context(request, account, host, language))
    live = "{0.scheme}://{0.netloc}".format(urlsplit(stream_url(request.get_host())))
    response["Content-Security-Policy"] = "; ".join(
        (
            "default-src 'none'", "script-src 'self'", "style-src 'self'", "font-src 'self'",
            "img-src 'self' data: blob:",
            f"connect-src 'self' {live} {environment.pbx_origin}".rstrip(), "base-uri 'none'", "form-action 'none'",
            f"frame-ancestors {' '.join(sites)}",
        )
    )  # fmt: skip
    if environment.pbx_public_url:
        response["Permissions-Policy"] = WITH_A_PHONE
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response


def allowed_sites(account: ChannelAccount, host: str) -> list[str]:
    """The origins that may show this account's chat; `self` stands for this installation (the demo shop)."""
    sites: list[str] = []
    for site in account.settings.get("sites", []):
        if site == OWN_SITE:
            sites.append(f"{urlsplit(environment.origin).scheme}://{host}")
        elif isinstance(site, str) and SITE.fullmatch(site):
            sites.append(site)
    return sites


def _context(request: HttpRequest, account: ChannelAccount, host: str, language: str) -> dict[str, object]:
    chosen = account.settings
    return {
        "account": account,
        "chat_name": chosen.get("title") or account.name,
        "greeting": _in_language(chosen.get("greeting"), language),
        "consent_text": _in_language(chosen.get("consent_text"), language),
        "fields": _fields(chosen, language),
        "right_to_left": translation.get_language_bidi(),
        "language": language,
        "accept": ",".join(ending for endings in files.ACCEPTED.values() for ending in endings),
        "words": widget_words(),
        "settings": {
            "account": account.code,
            "host": host,
            "api": "/api/v1/widget",
            "live": stream_url(request.get_host()),
            "language": language,
            "now": timezone.now().isoformat(),
            "largest_file": files.LARGEST,
            "call_script": static("fanal/widget-call.js"),
            "form": bool(chosen.get("form") or chosen.get("consent_text")),
        },
    }


def _fields(chosen: dict[str, object], language: str) -> list[dict[str, object]]:
    labels, kinds = field_labels(), {"email": "email", "phone": "tel", "birth": "date"}
    autocomplete = {"name": "name", "email": "email", "phone": "tel", "birth": "bday"}
    asked = chosen.get("form") or []
    fields = []
    for field in asked if isinstance(asked, list) else []:
        name = field.get("name")
        if name in labels:
            choices = [_in_language(choice, language) for choice in field.get("choices", [])]
            fields.append(
                {
                    "name": name, "label": labels[name], "kind": kinds.get(name, "text"), "choices": choices,
                    "required": bool(field.get("required")), "autocomplete": autocomplete.get(name, "off"),
                }
            )  # fmt: skip
    return fields


def _in_language(text: object, language: str) -> str:
    """A text of the account's settings: one for all, or one per language."""
    if isinstance(text, dict):
        return str(text.get(language) or text.get("en") or next(iter(text.values()), ""))
    return str(text or "")


def _language(request: HttpRequest, account: ChannelAccount | None) -> str:
    asked = request.GET.get("language", "").lower().split("-")[0]
    if asked in LANGUAGES:
        return asked
    usual = str(account.settings.get("language", "")) if account else ""
    return usual if usual in LANGUAGES else translation.get_language_from_request(request).split("-")[0]


def _refused(request: HttpRequest, *, known: bool) -> HttpResponse:
    if known:
        said = _("This site may not show the chat. Its address has to be added to the chat's sites.")
    else:
        said = _("This chat does not exist, or it is switched off.")
    response = HttpResponse(said, status=403 if known else 404, content_type="text/plain; charset=utf-8")
    response["Content-Security-Policy"] = "default-src 'none'; frame-ancestors *"
    return response


@functools.cache
def _script() -> tuple[bytes, str]:
    path = finders.find("fanal/embed.js")
    if not path:
        return b"console.error('fanal: the assets are not built; run deno run -A assets/build.ts')", '"none"'
    words = {}
    for language in LANGUAGES:
        with translation.override(language):
            words[language] = launcher_words()
    with open(path, encoding="utf-8") as file:
        text = file.read()
    literal = json.dumps(json.dumps(words, ensure_ascii=False))
    body = re.sub(r"([\"'`])__FANAL_WORDS__\1", lambda _found: literal, text).encode()
    return body, f'"{hashlib.sha256(body).hexdigest()[:20]}"'
