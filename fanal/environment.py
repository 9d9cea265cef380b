"""What the installation says of itself: every setting that may come from outside, typed, in one place."""

import contextlib
import os
import secrets
from functools import cached_property
from pathlib import Path

import platformdirs
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


def default_home() -> Path:
    """A checkout keeps its data beside the code; an installed program keeps it where the system says."""
    return ROOT / ".fanal" if (ROOT / "pyproject.toml").exists() else Path(platformdirs.user_data_dir("fanal"))


class Environment(BaseSettings):
    """Read from FANAL_… variables (DATABASE_URL without the prefix); see docs/operations.md."""

    model_config = SettingsConfigDict(env_prefix="FANAL_", extra="ignore")

    home: Path = Field(default_factory=default_home)
    database_url: str = Field(default="", validation_alias="DATABASE_URL")
    postgres_settings: dict[str, str] = {}
    debug: bool = False
    log_json: bool = False
    host: str = "127.0.0.1"
    port: int = 8000
    live_port: int = 0
    public_url: str = ""
    live_url: str = ""
    allowed_hosts: list[str] = []
    trusted_proxies: list[str] = []
    smtp_url: str = ""
    mail_from: str = "fanal@localhost"
    secret: str = ""
    country: str = Field(
        default="", description="ISO code of the country whose phone numbers are dialled without a prefix."
    )

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


environment = Environment()
