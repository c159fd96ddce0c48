"""A real Postfix of our own, on loopback, in a folder of its own: no service of the machine is touched."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from pwd import struct_passwd

from app.config import PROJECT, Settings
from tests.postfix.certificates import Certificates

HOST = "127.0.0.2"  # this machine, and yet not one of the names at which the mailer goes without TLS
USER, PASSWORD = "unsilenced", "correct horse battery staple"
REALM = "campaign.example.org"
PATIENCE = 60  # seconds for a command

MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log/mail.log
maillog_file_prefixes = {folder}
myhostname = relay.campaign.example.org
mydestination =
mynetworks =
inet_interfaces = loopback-only
inet_protocols = ipv4
alias_maps =
local_recipient_maps =
transport_maps = texthash:{folder}/etc/transport
default_transport = error:5.4.4 nobody but us is here
smtp_tls_security_level = none
smtpd_tls_security_level = encrypt
smtpd_tls_cert_file = {certificates.certificate}
smtpd_tls_key_file = {certificates.key}
smtpd_sasl_auth_enable = yes
smtpd_sasl_path = smtpd
smtpd_sasl_local_domain = {realm}
cyrus_sasl_config_path = {folder}/etc/sasl
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = check_policy_service inet:127.0.0.1:{policy_port}
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
"""

MASTER = """
{host}:{port} inet n - n - - smtpd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 1 1 qmgr
tlsmgr    unix - - n 1000? 1 tlsmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
error     unix - - n - - error
retry     unix - - n - - error
smtp      unix - - n - - smtp
proxymap  unix - - n - - proxymap
anvil     unix - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
unsilenced unix - n n - 1 pipe
  flags=DO user={account} argv={folder}/inbound ${{recipient}}
"""

TRANSPORT = """
by.example.org         smtp:[127.0.0.1]:{office_port}
supporter.example.org  smtp:[127.0.0.1]:{office_port}
campaign.example.org   unsilenced:
"""

SASL = """
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: {folder}/data/sasldb2
mech_list: PLAIN LOGIN
"""

INBOUND = """#!/bin/sh
cd {folder} || exit 75
export PYTHONPATH={path} UNSILENCED_DATABASE_URL='{settings.database_url}' UNSILENCED_SECRET_KEY='{settings.secret_key}'
exec {command} inbound --to "$1" 2>>{folder}/log/inbound.log
"""


@dataclass(frozen=True)
class Postfix:
    """An instance: where it listens, and what it logs."""

    folder: Path
    certificates: Certificates
    port: int
    policy_port: int
    office_port: int
    account: struct_passwd
    ourselves: tuple[str, str]
    host: str = HOST
    realm: str = REALM
    user: str = field(default=f"{USER}%40{REALM}")

    def url(self, password: str = PASSWORD) -> str:
        return f"smtp://{self.user}:{password.replace(' ', '%20')}@{self.host}:{self.port}"

    def log(self) -> str:
        return (self.folder / "log" / "mail.log").read_text(errors="replace")

    @contextmanager
    def running(self, settings: Settings) -> Iterator[None]:
        self._configure(settings)
        self._command("start")
        try:
            yield
        finally:
            self._command("stop")

    def _configure(self, settings: Settings) -> None:
        for name in ("etc", "etc/sasl", "queue", "data", "log"):
            (self.folder / name).mkdir()
        shutil.chown(self.folder / "data", "postfix", "postfix")
        (self.folder / "log").chmod(0o777)
        for name, text in (
            ("main.cf", MAIN),
            ("master.cf", MASTER),
            ("transport", TRANSPORT),
            ("sasl/smtpd.conf", SASL),
        ):
            values = {**vars(self), "account": self.account.pw_name}
            (self.folder / "etc" / name).write_text(text.format(**values).lstrip())
        path, command = self.ourselves
        inbound = self.folder / "inbound"
        inbound.write_text(INBOUND.format(folder=self.folder, settings=settings, path=path, command=command))
        inbound.chmod(0o755)
        self._add_user()

    def _add_user(self) -> None:
        database = self.folder / "data" / "sasldb2"
        _run(["saslpasswd2", "-p", "-c", "-f", str(database), "-u", self.realm, USER], text=PASSWORD)
        shutil.chown(database, "postfix", "postfix")

    def _command(self, word: str) -> None:
        _run(["postfix", "-c", str(self.folder / "etc"), word])


def missing() -> str | None:
    """Return why there can be no Postfix here, or None."""
    absent = [name for name in ("postfix", "saslpasswd2") if not shutil.which(name, path=_path())]
    if absent:
        return f"not installed: {', '.join(absent)} (apt install postfix sasl2-bin libsasl2-modules)"
    return None if os.geteuid() == 0 else "Postfix runs as root only"


def free_port(host: str = HOST) -> int:
    with socket.socket() as found:
        found.bind((host, 0))
        return int(found.getsockname()[1])


async def policy(answers: list[str]) -> asyncio.Server:
    """Serve Postfix's policy protocol: these answers in turn, then DUNNO for ever."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (line := await reader.readline()).strip() or line:
            if line == b"\n":
                writer.write(f"action={answers.pop(0) if answers else 'DUNNO'}\n\n".encode())
        writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", 0)


def ourselves(folder: Path, account: struct_passwd) -> tuple[str, str] | None:
    """Return a PYTHONPATH and a command that this account may run, if there is one: our folders may be closed to it."""
    plain = f"/usr/bin/python3.{sys.version_info.minor} -c 'from app.cli import main; main()'"
    packages = Path(sysconfig.get_path("purelib"))
    ways = [("", str(Path(sysconfig.get_path("scripts")) / "unsilenced")), (f"{packages}:{PROJECT}", plain)]
    for way in ways:
        if _may_run(account, *way):
            return way
    _copy(packages, folder, "pixeltable*", "ruff*", "*mypy*", "pip", "uv")
    for name in ("app", "migrations", "templates"):
        _copy(PROJECT / name, folder / name)
    return (str(folder), plain) if _may_run(account, str(folder), plain) else None


def _copy(source: Path, folder: Path, *but: str) -> None:
    """Copy by another name for the same files, where that can be: they are many."""
    shutil.copytree(source, folder, copy_function=_link, ignore=shutil.ignore_patterns(*but), dirs_exist_ok=True)


def _link(source: str, name: str) -> None:
    try:
        os.link(source, name)
    except OSError:
        shutil.copy2(source, name)


def _may_run(account: struct_passwd, path: str, command: str) -> bool:
    done = subprocess.run(  # noqa: S602 - a shell runs it in the pipe, too
        f"{command} inbound --help",
        shell=True,
        user=account.pw_uid,
        group=account.pw_gid,
        cwd="/",
        env={"PYTHONPATH": path},
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.returncode == 0


def _path() -> str:
    return f"{os.environ.get('PATH', '')}:/usr/sbin"


def _run(command: list[str], *, text: str = "") -> None:
    done = subprocess.run(  # noqa: S603 - every word is from this file
        command, input=text.encode(), capture_output=True, timeout=PATIENCE, check=False, env={"PATH": _path()}
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr.decode(errors='replace')}")
