"""`wiredesk`: one command for the whole desk."""

from __future__ import annotations

import os
import sys

import typer
from wiredesk_core.failures import Failure

from wiredesk.commands.audit import audit
from wiredesk.commands.demo import demo
from wiredesk.commands.doctor import doctor
from wiredesk.commands.enrich import enrich
from wiredesk.commands.keys import keys
from wiredesk.commands.parse import parse
from wiredesk.commands.providers import providers
from wiredesk.commands.push import push
from wiredesk.commands.quarantine import quarantine
from wiredesk.commands.reenrich import reenrich
from wiredesk.commands.replay import replay
from wiredesk.commands.rule import kill, purge, reinstate
from wiredesk.commands.search import search
from wiredesk.commands.show import show
from wiredesk.commands.status import status
from wiredesk.commands.tail import tail
from wiredesk.commands.topics import topics
from wiredesk.commands.trace import trace
from wiredesk.commands.up import up
from wiredesk.commands.usage import usage
from wiredesk.console import say

COMMANDS = (
    up, push, parse, enrich, search, show, tail, kill, reinstate, purge, status, trace, quarantine, replay, reenrich, keys, audit, usage, topics, providers, doctor, demo,
)  # fmt: skip
"""In the order of the help page. Adding a command is one file in `commands/` and one name here."""

USAGE = 2


def build_app() -> typer.Typer:
    """The command line."""
    app = typer.Typer(
        name="wiredesk",
        help="Wiredesk: news wires in, enriched articles out.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for command in COMMANDS:
        app.command()(command)
    return app


app = build_app()


def main() -> None:
    """Run a command; what goes wrong on purpose is one line, never a traceback."""
    try:
        app()
    except Failure as failure:
        say(f"wiredesk: {failure}")
        sys.exit(USAGE)
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


if __name__ == "__main__":
    main()
