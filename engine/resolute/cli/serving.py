"""The server: `resolute serve` answers over HTTP, `resolute access` gives out keys."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from resolute import i18n
from resolute.cli import options, output
from resolute.errors import InputError

if TYPE_CHECKING:
    from resolute.engine import Engine

_ = i18n.translator("server")

keys_option = click.option(
    "--keys",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=_("Who may come in, as `resolute access` writes it (default: on this machine alone, by a key made now)."),
)


@click.command(help=_("Answer over HTTP: pages for people, a JSON API for other systems; nothing without a key."))
@click.option("--host", default="127.0.0.1", show_default=True, help=_("The address to listen at."))
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help=_("The port."))
@keys_option
@click.option("--work", is_flag=True, help=_("Fire timers and run jobs as well, as `resolute worker` does."))
@options.common
def serve(host: str, port: int, file: Path | None, work: bool) -> None:
    from resolute import server

    if file is None and not _is_here(host):
        raise InputError(_("--host {host} is seen by others: say who may come in by --keys FILE").format(host=host))
    if file is None:
        keys, secret = server.Keys.single(server.Caller(_("secretariat"), "secretariat"))
        way = f"enter?key={secret}"
    else:
        keys, way = server.Keys.read(file), ""
    with _listening(host, port) as place, options.settings().engine() as engine, _at_work(engine, wanted=work):
        application = server.application(engine, keys)
        import uvicorn

        address = f"http://{host}:{place.getsockname()[1]}/{way}"
        output.say(_("pages: {address}; Ctrl-C ends it").format(address=address))
        config = uvicorn.Config(application, log_level="warning", server_header=False)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run([place])


def _listening(host: str, port: int) -> socket.socket:
    """A socket at that address. Raises InputError where it cannot be had."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        said = _("cannot listen at {host}, port {port} ({reason}); choose another by --host and --port")
        raise InputError(
            said.format(host=host, port=port, reason=(error.strerror or str(error)).partition(" (")[0])
        ) from None


def _is_here(host: str) -> bool:
    """Whether an address is only this machine's own."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@contextmanager
def _at_work(engine: Engine, *, wanted: bool) -> Iterator[None]:
    """Timers and jobs are looked after by a thread while the block runs."""
    stop = threading.Event()
    thread = threading.Thread(target=engine.work, args=(stop,), daemon=True)
    if wanted:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        if wanted:
            thread.join()


@click.command(help=_("Make a key for somebody and print it; the file keeps only its hash."))
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(("reader", "executor", "secretariat")),
    required=True,
    help=_("reader sees everything, executor sees and does the work of its party, secretariat does everything."),
)
@click.option("--party", help=_("Whose work an executor does, in the nominative, as the tasks name it."))
@click.option(
    "--keys",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("keys.yaml"),
    show_default=True,
    metavar="FILE",
    help=_("The file of the keys."),
)
@options.common
def access(name: str, role: str, party: str | None, file: Path) -> None:
    from resolute import server

    secret = server.add_key(file, server.Caller(name, role, party))  # type: ignore[arg-type]
    output.say(_("{file}: {name} may come in by this key, which is shown only now").format(file=file, name=name))
    click.echo(secret)


COMMANDS: tuple[click.Command, ...] = (serve, access)
