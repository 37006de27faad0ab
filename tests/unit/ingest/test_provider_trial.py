"""Sample wires show what each rule of a profile does."""

from __future__ import annotations

import json

from wiredesk_ingest.provider_trial import Sample, try_rules, unexplained_signals
from wiredesk_ingest.providers import Profile


def ninjs(**fields: object) -> bytes:
    return json.dumps(
        {"uri": "urn:fw:1", "version": "1", "headline": "Ferje", "body_text": "Ferjen går."} | fields
    ).encode()


SAMPLES = [
    Sample("plain.txt", b"A headline\n\nA text."),
    Sample("kill.json", ninjs(signals=[{"code": "fw:trukket"}, {"code": "fw:ukjent"}])),
]


def test_the_effect_of_a_rule_is_what_would_be_different_without_it() -> None:
    profile = Profile("fjordwire", credit="Fjordwire", signals={"fw:trukket": "kill", "fw:ny": "update"})

    effects = {(e.key, e.rule): e for e in try_rules(profile, SAMPLES)}

    assert effects["credit", "Fjordwire"].changed == 2
    assert effects["signals", "fw:trukket = kill"].changed == 1
    assert effects["signals", "fw:trukket = kill"].example == "kill.json: item.status usable → canceled"
    assert effects["signals", "fw:ny = update"].changed == 0


def test_a_rule_that_refuses_a_wire_says_so() -> None:
    (effect,) = try_rules(Profile("fjordwire", formats=("ninjs",)), SAMPLES)

    assert effect.changed == 1
    assert "format_not_taken" in effect.example or "plain.txt" in effect.example


def test_signals_without_a_meaning_are_listed() -> None:
    assert unexplained_signals(Profile("fjordwire", signals={"fw:trukket": "kill"}), SAMPLES) == ["fw:ukjent"]
