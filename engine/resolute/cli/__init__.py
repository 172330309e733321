"""The command line: `main` runs one command and turns every expected error into one line and an exit status."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

from resolute import i18n
from resolute.errors import ResoluteError

BAD_NEWS = 1
BAD_INPUT = 2
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> NoReturn:
    """Runs the command line and exits: 0 done, 1 done with bad news, 2 bad input or usage."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    i18n.set_language(_wanted_language(arguments))
    i18n.translate_library("click")
    sys.exit(_run(arguments))


def _wanted_language(arguments: Sequence[str]) -> i18n.Language | None:
    """The value of --lang, read ahead because help texts are made in it."""
    for option, value in zip(arguments, [*arguments[1:], ""], strict=True):
        word = option.removeprefix("--lang=") if option.startswith("--lang=") else value
        if option.startswith("--lang") and word in i18n.LANGUAGES:
            return word
    return None


def _run(arguments: list[str]) -> int:
    import click

    from resolute.cli.app import app, explain_usage

    try:
        return app.main(arguments, prog_name="resolute", standalone_mode=False) or 0
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        return _fail(explain_usage(error))
    except click.Abort:
        return INTERRUPTED
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except ResoluteError as error:
        return _fail(str(error))
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        return _fail(f"{place}{error.strerror or error}")


def _fail(message: str) -> int:
    print("resolute: error:", " ".join(message.split()), file=sys.stderr)  # noqa: T201
    return BAD_INPUT
