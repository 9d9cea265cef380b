"""The embedded server's settings: modest enough for a laptop, and every one can be overridden."""

from collections.abc import Mapping
from pathlib import Path

DEFAULTS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "1GB",
    "jit": "off",
    "random_page_cost": "1.1",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "1",
    # To launch a worker takes 4 ms, and takes them from somebody else: for a report of a month, not for a page.
    "parallel_setup_cost": "20000",
    "io_workers": "1",
    # Waiting work lives at the head of small partial indexes: dead entries there must go quickly.
    "autovacuum_max_workers": "2",
    "autovacuum_naptime": "15s",
    "autovacuum_vacuum_scale_factor": "0.05",
    "autovacuum_analyze_scale_factor": "0.05",
    "autovacuum_vacuum_cost_delay": "0",
    # A forgotten open transaction would hold back the event stream for everybody.
    "idle_in_transaction_session_timeout": "5min",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}

MAIN_FILE = """\
# fanal writes fanal.conf anew at every start of the server; what you set below it wins.
include 'fanal.conf'
"""


def write(data: Path, *, socket: Path, overrides: Mapping[str, str]) -> None:
    """Write the settings into the cluster; TCP stays off whatever the overrides say of it."""
    values = {**DEFAULTS, **overrides, "listen_addresses": "", "unix_socket_directories": f'"{socket}"'}
    lines = [f"{name} = '{_quoted(value)}'\n" for name, value in values.items()]
    (data / "fanal.conf").write_text("".join(lines))


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''").replace("\n", " ")
