"""`python -m wiredesk_core.broker topics plan|apply|check` and `acls plan|apply`: the topic table made true, from any service's image."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

from wiredesk_core.broker.access import BrokerAccess
from wiredesk_core.broker.acls import give, grants
from wiredesk_core.broker.inbound import whole_table
from wiredesk_core.broker.topic_admin import apply_plan, plan_topics
from wiredesk_core.failures import Failure, Misconfigured
from wiredesk_core.settings import SharedSettings
from wiredesk_core.topics import Topic

DIFFERENT, AWAY, MISCONFIGURED = 1, 75, 78
"""Exit codes: something differs; the broker did not answer; somebody has to mend something first."""


async def topics(action: str, access: BrokerAccess, table: Sequence[Topic], replication: int) -> int:
    """Plan, apply or check the topics; `check` gives 1 where something differs."""
    act = apply_plan if action == "apply" else plan_topics
    steps = await act(access, table, replication=replication)
    for step in steps:
        _say(f"{'done' if action == 'apply' else step.kind}: {step.sentence}")
    if not steps:
        _say(f"{len(table)} topics are as in the table")
    return DIFFERENT if steps and action == "check" else 0


async def acls(action: str, access: BrokerAccess, table: Sequence[Topic]) -> int:
    """Show or give every service's rights."""
    wanted = grants(table)
    if action == "apply":
        await give(access, wanted)
    for grant in wanted:
        _say(f"{grant.service} may {grant.operation} {grant.kind} {grant.name}")
    return 0


def main() -> int:
    """The command."""
    asked = argparse.ArgumentParser(prog="python -m wiredesk_core.broker", description="Make the topic table true.")
    asked.add_argument("what", choices=["topics", "acls"])
    asked.add_argument("action", choices=["plan", "apply", "check"])
    given = asked.parse_args()
    if (given.what, given.action) == ("acls", "check"):
        asked.error("rights cannot be checked: apply gives them again, which changes nothing")
    try:
        shared = SharedSettings()
        access, table = BrokerAccess.of(shared), whole_table(shared.providers)
        if given.what == "acls":
            return asyncio.run(acls(given.action, access, table))
        return asyncio.run(topics(given.action, access, table, shared.replication))
    except Failure as failure:
        sys.stderr.write(f"{failure}\n")
        return MISCONFIGURED if isinstance(failure, Misconfigured) else AWAY


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
