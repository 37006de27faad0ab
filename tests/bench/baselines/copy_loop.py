"""Bare loop: consume, produce, commit, with aiokafka alone. Run with BOOTSTRAP GROUP; copies relay.in to relay.out."""

from __future__ import annotations

import asyncio
import sys

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer


async def main(bootstrap: str, group: str) -> None:
    """Copy until killed; like the runner at least once, all replicas, idempotent, lz4, batches of 256."""
    consumer = AIOKafkaConsumer(
        "relay.in",
        bootstrap_servers=bootstrap,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        compression_type="lz4",
        linger_ms=4,
        max_batch_size=256 * 1024,
    )
    await asyncio.gather(consumer.start(), producer.start())
    while True:
        batches = await consumer.getmany(timeout_ms=20, max_records=256)
        records = [record for batch in batches.values() for record in batch]
        sent = [await producer.send("relay.out", record.value, record.key) for record in records]
        await asyncio.gather(*sent)
        if records:
            await consumer.commit()


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
