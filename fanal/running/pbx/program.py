"""Where Asterisk is on this machine: the system's own, or a small Debian in a folder (a root) that holds one."""

import hashlib
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import platformdirs

from fanal.running.postgres import NotPossible

FIRST_VERSION = (22, 0)
MENDED: Mapping[int, tuple[int, ...]] = {22: (22, 10, 1), 23: (23, 4, 1)}
"""By its branch, the version from which on the holes are mended that were told of by July 2026."""
HOW = "Run `bin/pbx install` (as root), or install Asterisk 22 or newer from the system's packages."
_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"])
"""Who became root by `su` may have none of the last three."""


@dataclass(frozen=True, kw_only=True)
class Local:
    """`root`: the folder that Asterisk sees as /, None for the system's own."""

    root: Path | None

    @property
    def command(self) -> list[str]:
        """What goes before Asterisk's own arguments; in a root of its own it runs as the root's `asterisk`."""
        if self.root:
            chroot = shutil.which("chroot", path=_PATH) or "chroot"
            return [chroot, "--userspec=asterisk:asterisk", str(self.root), "/usr/sbin/asterisk"]
        return [shutil.which("asterisk", path=_PATH) or "asterisk"]

    @property
    def modules(self) -> PurePosixPath:
        return PurePosixPath(f"/usr/lib/{platform.machine()}-linux-gnu/asterisk/modules")

    def outside(self, inside: PurePosixPath) -> Path:
        """The path that we use for a path that Asterisk uses."""
        return self.root / inside.relative_to("/") if self.root else Path(inside)

    def folder(self, home: Path) -> PurePosixPath:
        """Where an installation's PBX lives, as Asterisk sees it: beside the rest of its data, or within the root."""
        if not self.root:
            return PurePosixPath(home.resolve() / "pbx")
        return PurePosixPath("/srv") / f"fanal-{hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:12]}"

    def version(self) -> tuple[int, ...]:
        told = subprocess.run([*self.command, "-V"], capture_output=True, text=True, timeout=20, check=True).stdout
        found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", told)
        if not found:
            raise NotPossible(f"Asterisk does not say its version: {told.strip()!r}. {HOW}")
        return tuple(int(part) for part in found.groups(default="0"))


def default_root() -> Path:
    """Where `bin/pbx install` puts it."""
    return Path(os.environ.get("FANAL_PBX_ROOT") or Path(platformdirs.user_cache_dir("fanal")) / "pbx")


def find() -> Local:
    """The system's Asterisk if it is new enough, else the one in our root. Raises NotPossible."""
    if shutil.which("asterisk", path=_PATH) and (system := Local(root=None)).version() >= FIRST_VERSION:
        return system
    root = default_root()
    if not (root / "usr/sbin/asterisk").exists():
        raise NotPossible(f"There is no Asterisk on this machine. {HOW}")
    if os.geteuid() != 0:
        raise NotPossible("The Asterisk in a folder of its own can only be run as root. " + HOW)
    return Local(root=root)
