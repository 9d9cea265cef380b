"""E-mail addresses: whether one can exist, its normal form, and the key under which two spellings are one mailbox."""

import re
import unicodedata
from dataclasses import dataclass

import idna

# RFC 5321 4.5.3.1 (lengths), RFC 5322 3.2.3 (dot-atom), RFC 6531 (letters beyond ASCII). Quoted local parts and
# address literals are legal and never belong to a customer, so they are refused.
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")
_LONGEST_LOCAL, _LONGEST = 64, 254


@dataclass(frozen=True, kw_only=True)
class _Habit:
    """What a provider documents about its own addresses: dots that do not count, tags, and a second domain."""

    domain: str = ""
    dots: bool = True
    tags: bool = True


# Only for the matching key, and only what the provider says in its own help pages.
_HABITS = {
    "gmail.com": _Habit(dots=False, tags=False),
    "googlemail.com": _Habit(domain="gmail.com", dots=False, tags=False),
    "outlook.com": _Habit(tags=False),
    "hotmail.com": _Habit(tags=False),
    "live.com": _Habit(tags=False),
    "icloud.com": _Habit(tags=False),
    "fastmail.com": _Habit(tags=False),
    "proton.me": _Habit(domain="proton.me", tags=False),
    "protonmail.com": _Habit(domain="proton.me", tags=False),
    "pm.me": _Habit(domain="proton.me", tags=False),
}

_ROLES = {
    "abuse", "accounting", "accounts", "admin", "administrator", "billing", "bookings", "careers", "compta",
    "contact", "customerservice", "feedback", "finance", "hello", "help", "helpdesk", "hostmaster", "hr", "info",
    "invoices", "it", "jobs", "kontakt", "legal", "mail", "mailer-daemon", "marketing", "media", "news", "newsletter",
    "no-reply", "noc", "noreply", "office", "orders", "postmaster", "press", "privacy", "reception", "returns", "root",
    "sales", "secretariat", "security", "service", "support", "team", "webmaster",
}  # fmt: skip
_DISPOSABLE = {
    "10minutemail.com", "dispostable.com", "fakeinbox.com", "getnada.com", "guerrillamail.com", "maildrop.cc",
    "mailinator.com", "mailnesia.com", "mintemail.com", "mohmal.com", "sharklasers.com", "spamgourmet.com",
    "temp-mail.org", "tempmail.com", "tempr.email", "throwawaymail.com", "trashmail.com", "yopmail.com",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Email:
    """`address` is written to, `shown` is read by people, `key` only ever compared."""

    address: str
    local: str
    domain: str
    shown: str
    key: str
    role: bool
    disposable: bool


def normalise(raw: str) -> Email | None:
    """The address in `raw` (bare, in angle brackets after a name, or a mailto link); None when it cannot exist.

    The domain is lower-cased and in its ASCII form (IDNA 2008 with UTS 46 mapping); the local part keeps its case,
    because only the receiving side may ignore it (RFC 5321 2.4).
    """
    local, at, domain = _bare(raw).rpartition("@")
    ascii_domain = _ascii_domain(domain)
    if not at or not ascii_domain or len(local.encode()) > _LONGEST_LOCAL or not _LOCAL.fullmatch(local):
        return None
    address = f"{local}@{ascii_domain}"
    if len(address.encode()) > _LONGEST:
        return None
    return Email(
        address=address,
        local=local,
        domain=ascii_domain,
        shown=f"{local}@{_unicode_domain(ascii_domain)}",
        key=_key(local, ascii_domain),
        role=local.casefold().partition("+")[0] in _ROLES,
        disposable=any(ascii_domain == bad or ascii_domain.endswith("." + bad) for bad in _DISPOSABLE),
    )


def _bare(raw: str) -> str:
    text = unicodedata.normalize("NFC", raw.strip())
    if found := re.search(r"<([^<>]*)>\s*$", text):
        text = found.group(1)
    text = re.sub(r"^mailto:", "", text, flags=re.IGNORECASE).strip()
    return text.partition("?")[0] if raw.strip().lower().startswith("mailto:") else text


def _ascii_domain(domain: str) -> str:
    if not domain or len(domain) > _LONGEST:
        return ""
    try:
        ascii_domain = idna.encode(domain.removesuffix("."), uts46=True, std3_rules=True).decode()
    except (idna.IDNAError, UnicodeError):
        return ""
    labels = ascii_domain.split(".")
    return ascii_domain.lower() if len(labels) > 1 and not labels[-1].isdigit() else ""


def _unicode_domain(domain: str) -> str:
    try:
        return idna.decode(domain)
    except idna.IDNAError:
        return domain


def _key(local: str, domain: str) -> str:
    habit = _HABITS.get(domain, _Habit())
    name = local.casefold()
    if not habit.tags:
        name = name.partition("+")[0] or name
    if not habit.dots:
        name = name.replace(".", "") or name
    return f"{name}@{habit.domain or domain}"
