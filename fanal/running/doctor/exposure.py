"""How the program shows itself to others: what is safe on one's own machine and not where strangers reach it."""

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from fanal.environment import environment
from fanal.running.doctor.finding import Finding, fail, ok, warn

LOCAL = ("127.0.0.1", "::1", "localhost")
WIDE = 8


def exposed() -> Iterator[Finding]:
    found = [*_address(), *_hosts(), *_proxies(), *_mail()]
    yield from found or [ok("Exposure", "nothing to mend")]


def _address() -> Iterator[Finding]:
    page, live = urlsplit(environment.origin), urlsplit(environment.live_origin)
    reached = environment.host not in LOCAL or page.hostname not in LOCAL
    if reached and page.scheme != "https":
        todo = "Put a reverse proxy with TLS before it and set FANAL_PUBLIC_URL to its https:// address."
        yield fail("Address", f"{environment.origin}: passwords and cookies travel unencrypted", todo)
    elif reached and live.scheme != "https":
        todo = "Set FANAL_LIVE_URL to an https:// address: browsers refuse the event stream otherwise."
        yield fail("Address", f"{environment.live_origin}: the event stream travels unencrypted", todo)
    if page.scheme == "https" and environment.host not in LOCAL and not environment.trusted_proxies:
        todo = "Let fanal listen on 127.0.0.1, or name the proxy in FANAL_TRUSTED_PROXIES."
        yield warn("Address", f"{environment.host} is reached around the proxy, without TLS", todo)


def _hosts() -> Iterator[Finding]:
    if any(host in ("*", ".") for host in environment.allowed_hosts):
        todo = "Name the hosts in FANAL_ALLOWED_HOSTS: a made-up one ends in links that people trust."
        yield fail("Hosts", "every host name is answered", todo)


def _proxies() -> Iterator[Finding]:
    for proxy in environment.trusted_proxies:
        try:
            network = ipaddress.ip_network(proxy, strict=False)
        except ValueError:
            yield fail("Proxies", f"{proxy} is no address", "Write addresses or networks in FANAL_TRUSTED_PROXIES.")
            continue
        if network.prefixlen < WIDE:
            todo = "Name your own proxies only: who is believed can be anybody, and no limit holds for them."
            yield fail("Proxies", f"{proxy} believes nearly everybody", todo)
    if urlsplit(environment.origin).scheme == "https" and not environment.trusted_proxies:
        todo = "Set FANAL_TRUSTED_PROXIES: until then all visitors share one limit, the proxy's."
        yield warn("Proxies", "none is named, and pages are seen by https", todo)


def _mail() -> Iterator[Finding]:
    server = urlsplit(environment.smtp_url)
    if server.scheme == "smtp" and server.hostname not in LOCAL:
        todo = "Use smtps:// or smtp+tls:// in FANAL_SMTP_URL: invitations and resets are links that open an account."
        yield warn("Mail on its way", "unencrypted", todo)
