from __future__ import annotations

import orjson
from wiredesk_core.agents.pool import Crew, WorkerPool
from wiredesk_enrichment.dispatch import LONGEST_LEAD, Dispatcher, mark_of


def payload(*paragraphs: str) -> bytes:
    return orjson.dumps({"uri": "urn:test:1", "body_text": "\n\n".join(paragraphs)})


def told(number: int) -> str:
    return f"Story number {number} is told here in a paragraph that is long enough to be its mark, and then some."


def shout(payloads: list[bytes]) -> list[bytes]:
    return [orjson.loads(one)["body_text"].upper().encode() for one in payloads]


def idle(workers: int) -> Dispatcher:
    """Pools that are never asked to work start no process."""
    return Dispatcher([WorkerPool(shout, workers=1, chunk=4, seconds_each=5, crew=Crew(workers))] * workers)


def test_new_stories_are_shared_out_evenly() -> None:
    shares = idle(2).shares([payload(told(number)) for number in range(20)])
    assert {number: len(share) for number, share in shares.items()} == {0: 10, 1: 10}


def test_a_copy_goes_to_the_worker_that_had_the_story() -> None:
    workers = idle(3)
    before = workers.shares([payload(told(number)) for number in range(9)])
    for number, share in before.items():
        for at in share:
            assert workers.shares([payload("By our staff", told(at))]) == {number: [0]}


def test_copies_of_one_story_alone_do_not_keep_the_others_idle() -> None:
    long = payload(told(1), "x" * LONGEST_LEAD)
    assert idle(2).shares([long] * 6).keys() == {0, 1}


def test_texts_that_are_spaced_otherwise_share_their_mark() -> None:
    assert mark_of(payload(told(1))) == mark_of(payload(told(1).replace(" ", "\n")))
    assert mark_of(payload(told(1))) != mark_of(payload(told(2)))
    assert mark_of(b'{"uri": "urn:test:1"}') == mark_of(payload(""))


async def test_results_come_in_the_order_of_the_payloads() -> None:
    workers = Dispatcher([WorkerPool(shout, workers=1, chunk=2, seconds_each=20) for _ in range(2)])
    try:
        made = await workers.run([payload(told(number)) for number in (3, 1, 2, 1, 3)])
    finally:
        await workers.close()
    assert made == [told(number).upper().encode() for number in (3, 1, 2, 1, 3)]
