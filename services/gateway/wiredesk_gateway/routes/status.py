"""/v1/status: how many items stand where, and whether what the gateway needs answers."""

from __future__ import annotations

from starlette.responses import Response

from wiredesk_gateway.answers import fresh
from wiredesk_gateway.desk import Desk
from wiredesk_gateway.documents import STATUS
from wiredesk_gateway.doors import Call, Doors, NoParameters


def add_status(doors: Doors, desk: Desk) -> None:
    """Adds the route."""

    @doors.get("/v1/status", scopes=("status:read",), asks=NoParameters, tag="status", responses=STATUS)
    async def get_status(call: Call[NoParameters]) -> Response:
        """Totals over the whole archive: items by standing, dispositions, what waits to be announced, quarantine.

        Only for keys that reach all of it.
        """
        counts = await desk.reader.counts(call.key)
        return fresh(
            {
                "items": {str(standing): number for standing, number in counts.by_standing.items()},
                "dispositions": {str(fate): number for fate, number in counts.by_disposition.items()},
                "unsent": counts.unsent,
                "quarantined": counts.quarantined,
            }
        )
