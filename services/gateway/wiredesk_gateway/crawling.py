"""For tests: asks every reading route of a gateway what it knows to ask, at random from a seed.

Questions are made from the OpenAPI document, so a new route or parameter is asked as well. The same seed asks two
gateways the same; a cursor stands for the one that the gateway itself gave at that place.
"""

from __future__ import annotations

import random
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

NEVER_ENDING = frozenset({"/v1/changes/stream"})
MOST_PARAMETERS = 4
ODDS_OF_A_CURSOR = 0.3
ODDS_OF_THE_RARE = 0.15
OFTEN = ("/v1/items", "/v1/changes", "/v1/snapshot")
"""Routes that tell of items are asked most; the others are mostly refused."""
SEARCH = "/v1/items"
OF_ONE = frozenset({"uri", "format", "as_of", "fields"})
"""What goes with one item by its uri, and not with a search."""

NEVER_THE_SAME = re.compile(r'"(?:took_ms|request_id|next|cursor|bytes|key)":(?:"[^"]*"|[\d.]+|null),?')
TOLD_APART = frozenset({"x-request-id", "content-length", "wiredesk-cursor", "link", "date", "ratelimit"})
OF_ALL = frozenset({"/metrics", "/healthz", "/readyz", "/v1/keys", "/v1/status"})
"""These count what everybody asked: they differ from call to call, and say nothing of items."""

Pools = Mapping[str, Sequence[str]]
"""Values to ask with, by parameter; those of the document (enumerations, numbers) need none."""


@dataclass(frozen=True, slots=True)
class Question:
    """A GET: `cursor` says which of the cursors that its path gave before it goes on from."""

    path: str
    params: Mapping[str, str]
    cursor: int | None = None


Ask = Callable[[str, Mapping[str, str]], Awaitable[httpx.Response]]


def questions(document: Mapping[str, Any], pools: Pools, chance: random.Random) -> Iterator[Question]:
    """Questions without end."""
    routes = [(path, told["get"].get("parameters", [])) for path, told in document["paths"].items() if "get" in told]
    asked = [route for route in routes if route[0] not in NEVER_ENDING]
    often = [route for route in asked if route[0].startswith(OFTEN)]
    while True:
        path, parameters = chance.choice(asked if chance.random() < ODDS_OF_THE_RARE else often)
        names = {p["name"]: p for p in parameters if p["in"] == "query" and p["name"] != "cursor"}
        some = chance.sample(sorted(names), min(len(names), chance.randrange(MOST_PARAMETERS + 1)))
        if path == SEARCH:
            some = [name for name in some if (name in OF_ONE) == ("uri" in some)]
        params = {name: value for name in some if (value := _value(names[name], pools, chance)) is not None}
        cursor = chance.randrange(1000) if chance.random() < ODDS_OF_A_CURSOR and path.endswith("changes") else None
        yield Question(_filled(path, pools, chance), params, cursor)


def _filled(path: str, pools: Pools, chance: random.Random) -> str:
    return re.sub(r"{(\w+)}", lambda name: chance.choice(pools[name[1]]), path)


def _value(parameter: Mapping[str, Any], pools: Pools, chance: random.Random) -> str | None:
    """A value that the parameter takes; None where there is none to think of."""
    name, schema = parameter["name"], parameter["schema"]
    if name in pools:
        return chance.choice(pools[name])
    kind = schema.get("items", schema)
    if "enum" in kind:
        return str(chance.choice(kind["enum"]))
    if kind.get("type") == "boolean":
        return chance.choice(("true", "false"))
    if kind.get("type") in {"integer", "number"}:
        return str(chance.randint(int(kind.get("minimum", 0)), min(int(kind.get("maximum", 50)), 50)))
    return None


async def answers(ask: Ask, asked: Sequence[Question]) -> list[httpx.Response]:
    """What a gateway answers, in order."""
    cursors: dict[str, list[str]] = {}
    told = []
    for question in asked:
        given = cursors.setdefault(question.path, [])
        params = dict(question.params)
        if question.cursor is not None and given:
            params["cursor"] = given[question.cursor % len(given)]
        answer = await ask(question.path, params)
        told.append(answer)
        if answer.headers.get("content-type") == "application/json" and (after := answer.json().get("next")):
            given.append(after)
    return told


def fits(question: Question) -> bool:
    """Whether the same question has the same answer, as long as nothing is told to whoever asks."""
    return question.path not in OF_ALL


def said(answer: httpx.Response) -> str:
    """Every byte of an answer, headers too."""
    return "\n".join([repr(sorted(answer.headers.multi_items())), answer.content.decode("utf-8", "backslashreplace")])


def kept(answer: httpx.Response) -> tuple[int, object, str]:
    """What of an answer is the same whenever the same is told: times taken, request ids and places in the log are not."""
    apart = TOLD_APART | ({"etag"} if '"next":"' in answer.text else set())  # it covers the cursor, which covers a time
    headers = {name: value for name, value in answer.headers.items() if name not in apart}
    return answer.status_code, headers, NEVER_THE_SAME.sub("", answer.text)
