"""What the installation says of itself: every setting that may come from outside, typed, in one place."""

import contextlib
import os
import re
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from fanal import variables

ROOT = Path(__file__).resolve().parent.parent
TURN = re.compile(r"turns?:[A-Za-z0-9.-]+(:\d{1,5})?(\?transport=(udp|tcp))?")


def default_home() -> Path:
    """A checkout keeps its data beside the code; an installed program keeps it where the system says."""
    if (ROOT / "pyproject.toml").exists():
        return ROOT / ".fanal"
    import platformdirs

    return Path(platformdirs.user_data_dir("fanal"))


PRIVATE_NETWORKS = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")


@dataclass(kw_only=True)
class Environment:
    """Read from FANAL_… variables (DATABASE_URL without the prefix); see docs/operations.md."""

    home: Path = field(default_factory=default_home)
    database_url: str = field(default="", metadata={"variable": "DATABASE_URL"})
    postgres_settings: dict[str, str] = field(default_factory=dict)
    debug: bool = False
    log_json: bool = False
    host: str = "127.0.0.1"
    port: int = 8000
    live_port: int = 0
    public_url: str = ""
    live_url: str = ""
    allowed_hosts: list[str] = field(default_factory=list)
    trusted_proxies: list[str] = field(default_factory=list)
    smtp_url: str = ""
    mail_from: str = "fanal@localhost"
    # Where our MTA hands mail over, such as lmtp://127.0.0.1:2424.
    mail_listen: str = ""
    # Hosts within our own network that may be asked by HTTP: host, host:port or name=address:port.
    outside_allowed: list[str] = field(default_factory=list)
    # wss:// address of a PBX on another machine.
    pbx_url: str = ""
    # Reads a text and writes it as a WAV: says what nobody has recorded.
    speech: str = "espeak-ng -v {language} -s 150 -b 1 --stdin --stdout"
    # Lines of carriers: name=address:port.
    pbx_trunks: list[str] = field(default_factory=list)
    pbx_address: str = "127.0.0.1"
    # From where phones on the desk speak to it; strangers are not answered.
    pbx_networks: list[str] = field(default_factory=lambda: list(PRIVATE_NETWORKS))
    pbx_sip_port: int = 5060
    pbx_http_port: int = 8088
    pbx_media_ports: tuple[int, int] = (20000, 29999)
    # So many calls of one number are taken within a minute; 0: any number.
    calls_of_caller: int = 30
    # Where browsers reach the PBX: wss://pbx.example.org:8089/ws.
    pbx_public_url: str = ""
    # Relays for browsers that cannot reach the PBX directly: turn:turn.example.org:3478, turns:turn.example.org:5349.
    turn_urls: list[str] = field(default_factory=list)
    # What they share with us (coturn: static-auth-secret).
    turn_secret: str = ""
    secret: str = ""
    # ISO code of the country whose phone numbers are dialled without a prefix.
    country: str = ""

    def __post_init__(self) -> None:
        """A browser's secret for the PBX goes over this line, so beyond this machine it is encrypted."""
        url = self.pbx_public_url
        parts = urlsplit(url)
        here = parts.scheme == "ws" and parts.hostname in ("127.0.0.1", "localhost", "::1")
        if url and (not parts.hostname or not (parts.scheme == "wss" or here) or set(url) & set(" ;,'\"\\<>")):
            raise variables.NotUnderstood("FANAL_PBX_PUBLIC_URL begins with wss:// or, on this machine, with ws://.")
        if not all(TURN.fullmatch(one) for one in self.turn_urls):
            raise variables.NotUnderstood('FANAL_TURN_URLS is a list such as ["turn:turn.example.org:3478"].')
        if bool(self.turn_urls) != bool(self.turn_secret):
            raise variables.NotUnderstood("FANAL_TURN_URLS and FANAL_TURN_SECRET belong together: set both or none.")

    @cached_property
    def secret_key(self) -> str:
        """The given secret, or one made once and kept, readable by its owner only, in the home folder."""
        if self.secret:
            return self.secret
        path = self.home / "secret"
        if not path.exists():
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = self.home / f"secret.{os.getpid()}"
            with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
            with contextlib.suppress(FileExistsError):  # another process was first: its secret is the one
                os.link(fresh, path)
            fresh.unlink()
        return path.read_text()

    @property
    def origin(self) -> str:
        """The address of the pages as a browser sees it, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def live_origin(self) -> str:
        """The address of the event stream as a browser sees it: the next port, or what the proxy was given."""
        return (self.live_url or f"http://{self.host}:{self.live_port or self.port + 1}").rstrip("/")

    @property
    def pbx_origin(self) -> str:
        """What a page with a phone may connect to besides; empty where browsers reach no PBX."""
        parts = urlsplit(self.pbx_public_url)
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


environment = variables.read(Environment, os.environ)
