"""/v1/receipts: what became of a push."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response
from wiredesk_core.failures import Refused
from wiredesk_core.keys import Key
from wiredesk_core.messages import ReceiptNote

from wiredesk_gateway.answers import fresh
from wiredesk_gateway.desk import Desk
from wiredesk_gateway.documents import RECEIPT
from wiredesk_gateway.doors import Call, Doors, NoParameters


def add_receipts(doors: Doors, desk: Desk) -> None:
    """Adds the route."""

    @doors.get(
        "/v1/receipts/{receipt_id}",
        scopes=("wires:write", "items:read"),
        asks=NoParameters,
        tag="receipts",
        responses=RECEIPT,
    )
    async def get_receipt(call: Call[NoParameters]) -> Response:
        """What happened to a push, step by step; 404 until something is known of it.

        A provider's own key sees all of it; a reader's key sees nothing of items that it may not read.
        """
        return fresh(await _receipt(desk, call))


async def _receipt(desk: Desk, call: Call[NoParameters]) -> dict[str, Any]:
    entry = await desk.archive.receipt(call.request.path_params["receipt_id"])
    notes = () if entry is None else tuple(note for note in entry.notes if _reaches(call.key, note))
    readable = await desk.reader.visible(tuple({n.item_id for n in notes if n.item_id}), call.key, call.now)
    told = [n for n in notes if not n.item_id or n.item_id in readable or call.key.may("wires:write", n.provider)]
    if entry is None or not told:
        raise Refused(404, "receipt_not_found", "nothing is known of such a receipt, or not yet")
    return {"receipt_id": entry.receipt_id, "provider": told[0].provider, "notes": [_note(note) for note in told]}


def _reaches(key: Key, note: ReceiptNote) -> bool:
    return key.may("wires:write", note.provider) or key.may("items:read", note.provider)


def _note(note: ReceiptNote) -> dict[str, Any]:
    return note.model_dump(mode="json", exclude={"receipt_id", "provider"})
