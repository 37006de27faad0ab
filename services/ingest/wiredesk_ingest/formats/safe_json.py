"""JSON from strangers: limits on depth and on the length of numbers before anything is built."""

from __future__ import annotations

import json
import re
from typing import Any

from wiredesk_core.failures import Unreadable

from wiredesk_ingest.formats.charset import CONTROLS, without_controls

DEEPEST = 100
LONGEST_NUMBER = 400
"""Digits; longer numbers cost quadratic time and mean nothing in a wire."""
MOST_VALUES = 200_000
STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
NUMBER = re.compile(rf"[0-9]{{{LONGEST_NUMBER + 1}}}")
ESCAPED_CONTROL = re.compile(r"\\u(00[01]|00[89]|d[89a-f]|007f)", re.IGNORECASE)


def parse_json(text: str) -> Any:
    """The value of a JSON text. Raises Unreadable: json_bomb, json_broken."""
    _refuse_bombs(text)
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise Unreadable("json_broken", f"{error}: send complete JSON in one of the ninjs generations") from error
    return _scrubbed(value) if ESCAPED_CONTROL.search(text) or CONTROLS.search(text) else value


def _refuse_bombs(text: str) -> None:
    if text.count('"') - text.count('\\"') > MOST_VALUES * 4:
        raise Unreadable("json_bomb", f"more than {MOST_VALUES} values: send one story a request")
    bare = STRING.sub('""', text)
    if bare.count(",") > MOST_VALUES:
        raise Unreadable("json_bomb", f"more than {MOST_VALUES} values: send one story a request")
    if NUMBER.search(bare):
        raise Unreadable("json_bomb", f"a number of more than {LONGEST_NUMBER} digits: write it as a string")
    depth = 0
    for bracket in re.finditer(r"[\[{\]}]", bare):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > DEEPEST:
            raise Unreadable("json_bomb", f"nested deeper than {DEEPEST}: flatten the document")


def _scrubbed(value: Any) -> Any:
    """The same value without lone surrogates and control characters, which neither brokers nor stores take."""
    if isinstance(value, str):
        return without_controls(value)
    if isinstance(value, list):
        return [_scrubbed(entry) for entry in value]
    if isinstance(value, dict):
        return {without_controls(key): _scrubbed(entry) for key, entry in value.items()}
    return value
