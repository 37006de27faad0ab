"""/v1/receipts: what became of a push."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response
from wiredesk_core.failures import Refused
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
    receipt_id = call.request.path_params["receipt_id"]
    told = await desk.reader.receipt(receipt_id, call.key, call.now)
    if not told:
        raise Refused(404, "receipt_not_found", "nothing is known of such a receipt, or not yet")
    return {"receipt_id": receipt_id, "provider": told[0].provider, "notes": [_note(note) for note in told]}


def _note(note: ReceiptNote) -> dict[str, Any]:
    return note.model_dump(mode="json", exclude={"receipt_id", "provider"})
