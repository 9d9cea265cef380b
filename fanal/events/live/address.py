"""Where the stream is, as a browser sees it, and which pages may read it."""

from urllib.parse import urlsplit

from fanal.environment import environment

LOOPBACK = ("127.0.0.1", "localhost")


def stream_url(host: str) -> str:
    """The stream's address for a page that was asked for under `host`; cookies are per host, so it stays the same."""
    configured = urlsplit(environment.live_origin)
    name = host.rpartition(":")[0] or host
    if configured.hostname in LOOPBACK and name in LOOPBACK:
        return f"{configured.scheme}://{name}:{configured.port}/live"
    return f"{environment.live_origin}/live"


def is_our_page(origin: str) -> bool:
    """Our own pages only, by their exact origin; a machine that serves itself goes by either of its names."""
    ours = urlsplit(environment.origin)
    if ours.hostname not in LOOPBACK:
        return origin == environment.origin
    return origin in {f"{ours.scheme}://{name}:{ours.port}" for name in LOOPBACK}
