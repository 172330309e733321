"""A PostgreSQL server of the tests' own, in a temporary folder on a free port of this machine alone."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest


def programs():
    """The folder with initdb and pg_ctl, or None."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return versions[-1].parent if versions else None


def missing():
    """Why there can be no server here, or None."""
    if programs() is None:
        return "PostgreSQL is not installed"
    try:
        import psycopg  # noqa: F401 - only whether it is there
    except ImportError:
        return "psycopg is not installed"
    return None


class Server:
    """A PostgreSQL server in a folder of its own, which can be stopped and started again."""

    def __init__(self, *, fsync=False):
        self._fsync = fsync
        self._user = "postgres" if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="resolute-pg-"))
        if self._user:
            shutil.chown(self.folder, self._user)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.url = f"postgresql://resolute@127.0.0.1:{self._port}/postgres"
        self._run("initdb", "-D", self._data, "-U", "resolute", "--auth=trust", "--no-sync", "-E", "UTF8")

    @property
    def _data(self):
        return str(self.folder / "data")

    def _run(self, program, *arguments):
        command = [programs() / program, *arguments]
        subprocess.run(command, user=self._user, check=True, capture_output=True, cwd=self.folder, timeout=60)

    def start(self):
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        options += f" -c fsync={'on' if self._fsync else 'off'}"
        self._run("pg_ctl", "-D", self._data, "-o", options, "-l", str(self.folder / "log"), "-w", "start")

    def stop(self):
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "stop")

    def start_anew(self):
        """Starts it when it has stopped, or is about to, by itself."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self.stop()
        self.start()

    def move_log(self, folder):
        """Keeps the write-ahead log in that folder from now on."""
        self.stop()
        log, place = Path(self._data, "pg_wal"), folder / "pg_wal"
        shutil.copytree(log, place)
        shutil.rmtree(log)
        log.symlink_to(place)
        for path in (folder, place, *place.rglob("*")):
            shutil.chown(path, self._user)
        self.start()


@contextlib.contextmanager
def running(*, fsync=False):
    """A running server with an empty database; skips, or fails where PostgreSQL is required, when there is none.

    `fsync` makes it wait for the disk at each commit.
    """
    reason = missing()
    if reason:
        if "postgres" in os.environ.get("RESOLUTE_REQUIRE", "").split(","):
            pytest.fail(reason)
        pytest.skip(reason)
    server = Server(fsync=fsync)
    try:
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(server.folder, ignore_errors=True)


@contextlib.contextmanager
def server(fsync=False):
    """The URL of a running server with an empty database."""
    with running(fsync=fsync) as one:
        yield one.url


def until(condition, seconds=60):
    """Waits for something; the time is for machines that are busy with much else."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def until_listening(url, count):
    """Waits until so many workers are told of jobs: what is queued just before, they would find by looking only."""
    import psycopg

    listen = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query ~* %s"
    with psycopg.connect(url, autocommit=True) as connection:
        for channel in ('^listen "procrastinate', '^listen "?resolute_due'):
            until(lambda channel=channel: connection.execute(listen, [channel]).fetchone()[0] >= count)
