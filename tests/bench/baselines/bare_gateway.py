"""Bare FastAPI: the same key check, one store get, the same Tantivy query and bodies. Run with FOLDER PORT."""

import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request, Response
from tantivy import Order
from wiredesk_core.archive import open_archive_reader
from wiredesk_core.clock import SystemClock
from wiredesk_core.index.request import read_request
from wiredesk_core.index.tantivy.query import compiled
from wiredesk_core.index.tantivy.volume import Volume
from wiredesk_core.keys import KeyRing, require
from wiredesk_core.ports import Query
from wiredesk_core.registry import open_registry

folder = Path(sys.argv[1])
archive, volume = open_archive_reader(f"sqlite:{folder}/archive.db"), Volume(folder / "index/open")
keys, clock, app = KeyRing(open_registry(f"sqlite:{folder}/registry.db")), SystemClock(), FastAPI()


@app.get("/v1/items/{item_id}")
async def item(item_id: str, request: Request) -> Response:
    require(await keys.authenticate(request.headers.get("authorization"), clock.now()), "items:read")
    (changed,) = (await archive.served([item_id])).values()
    return Response(changed.article and changed.article.model_dump_json(), media_type="application/json")


@app.get("/v1/items")
async def search(q: str, request: Request) -> Response:
    require(await keys.authenticate(request.headers.get("authorization"), clock.now()), "items:read")
    searcher = volume.searcher() or sys.exit("the index is empty")
    hits = searcher.search(compiled(read_request(Query(text=q))), 20, order_by_field="order", order=Order.Desc).hits
    found = await archive.served([searcher.doc(address)["item_id"][0] for _, address in hits])
    bodies = [changed.article.model_dump_json() for changed in found.values() if changed.article]
    return Response(f'{{"items":[{",".join(bodies)}]}}', media_type="application/json")


uvicorn.run(app, port=int(sys.argv[2]), loop="uvloop", access_log=False, log_level="warning")
