"""Whatever credential is shown, at either door and in whatever place, taken or refused: nothing kept or said repeats it."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hmac
import http.client
import io
import json
import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
import pytest
import structlog
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from fastapi import FastAPI
from jwt.algorithms import OKPAlgorithm
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from wiredesk_core.archive.memory import MemoryArchive
from wiredesk_core.audit.memory import MemoryAudit
from wiredesk_core.audit.trail import Trail
from wiredesk_core.broker.memory import MemoryPublisher
from wiredesk_core.clock import FixedClock
from wiredesk_core.index.memory import MemoryIndex
from wiredesk_core.keys import mint_key, store_key
from wiredesk_core.keys.jwt import read_issuer
from wiredesk_core.messages import Changed
from wiredesk_core.ports import Registry
from wiredesk_core.registry import open_registry
from wiredesk_core.shelf import QuarantineEntry
from wiredesk_core.telemetry import configure_logging
from wiredesk_core.testing import NOON
from wiredesk_core.tracing import Spans
from wiredesk_core.usage import Ledger
from wiredesk_core.web.serving import listen, serve
from wiredesk_gateway.app import create_app as create_gateway
from wiredesk_gateway.changes import MemoryChangeLog
from wiredesk_ingest.providers import Profile
from wiredesk_ingest.push import create_app as create_ingest
from wiredesk_ingest.reception import Arrival

SECRET, BODY = b"a key of northwire, of 32 bytes!", b"A headline\n\nA text."
ISSUER, AUDIENCE = "https://login.example", "wiredesk"
OURS, OTHERS = ed25519.Ed25519PrivateKey.generate(), ed25519.Ed25519PrivateKey.generate()
AT = int(NOON.timestamp())
PLACES = ("x-api-key", "api-key", "x-auth-token", "proxy-authorization", "cookie", "x-request-id", "traceparent")
NAMES = ("key", "api_key", "access_token", "token")
SCOPES = ("items:read", "wires:write", "quarantine:admin")


def bearer_token(*, key: Any = OURS, algorithm: str = "EdDSA", kid: str = "k1", **more: Any) -> str:
    told = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ana", "iat": AT, "exp": AT + 600, "scope": " ".join(SCOPES)}
    return jwt.encode({**told, **more}, key, algorithm=algorithm, headers={"kid": kid})


def unsigned_token() -> str:
    parts: Sequence[Any] = (
        {"alg": "none", "kid": "k1"},
        {"iss": ISSUER, "aud": AUDIENCE, "sub": "ana", "exp": AT + 60},
    )
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + "."


def public_bytes() -> bytes:
    """What everybody may know of the issuer's key, taken for a shared secret."""
    return OURS.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)


REFUSED_TOKENS: Mapping[str, str] = {
    "no algorithm": unsigned_token(),
    "the public key as a secret": bearer_token(key=public_bytes(), algorithm="HS256"),
    "another's key": bearer_token(key=OTHERS),
    "a key that is not known": bearer_token(kid="k2"),
    "expired": bearer_token(iat=AT - 900, exp=AT - 300),
    "another audience": bearer_token(aud="payroll"),
    "another issuer": bearer_token(iss="https://evil.example"),
    "truncated": bearer_token()[:-12],
    "text": "eyJhbGciOiJFZERTQSJ9.bm90IGV2ZW4gYSB0b2tlbg.YW5kIG5vIHNpZ25hdHVyZQ",
}


class BrokenArchive(MemoryArchive):
    """Fails in a way that nobody foresaw."""

    async def served(self, item_ids: Sequence[str]) -> Mapping[str, Changed]:
        raise ZeroDivisionError(len(item_ids))

    async def set_aside(self, quarantine_id: str) -> QuarantineEntry | None:
        raise ZeroDivisionError(len(quarantine_id))


@dataclass
class Door:
    """One of the two ways in, and all that it leaves behind. `routes`: some that it has, and one that takes a name."""

    app: FastAPI
    audit: MemoryAudit
    trail: Trail
    ledger: Ledger
    token: str
    routes: Sequence[tuple[str, str]]
    named: Sequence[tuple[str, str]]
    spans: InMemorySpanExporter
    publisher: MemoryPublisher


async def key_in(registry: Registry) -> tuple[str, str]:
    token, key = mint_key(name="feed", scopes=SCOPES, now=NOON)
    await store_key(registry, key)
    return token, key.secret_sha256


@pytest.fixture
def jwks(tmp_path: Path) -> Path:
    path = tmp_path / "issuer.json"
    path.write_text(
        json.dumps({"keys": [{**json.loads(OKPAlgorithm.to_jwk(OURS.public_key())), "kid": "k1", "alg": "EdDSA"}]})
    )
    return path


@pytest.fixture
async def registry(tmp_path: Path) -> AsyncIterator[Registry]:
    registry = open_registry(f"sqlite:{tmp_path / 'registry.db'}", FixedClock(NOON))
    yield registry
    await registry.close()


@pytest.fixture(params=["ingest", "gateway"])
async def door(request: pytest.FixtureRequest, registry: Registry, jwks: Path) -> Door:
    audit, publisher, spans = MemoryAudit(), MemoryPublisher(), InMemorySpanExporter()
    trail, ledger, archive, clock = Trail(audit), Ledger(registry), BrokenArchive(), FixedClock(NOON)
    issuer = read_issuer(ISSUER, AUDIENCE, jwks)
    token, _ = await key_in(registry)

    async def inspect(arrivals: Sequence[Arrival]) -> list[dict[str, Any]]:
        return [{} for _ in arrivals]

    if request.param == "ingest":
        app = create_ingest(
            publisher=publisher, registry=registry, archive=archive, profiles={"northwire": Profile("northwire")},
            clock=clock, inspect=inspect, trail=trail, ledger=ledger, signing={"northwire": [SECRET]}, issuer=issuer,
            tracing=Spans("ingest", SimpleSpanProcessor(spans)),
        )  # fmt: skip
        routes = [("POST", "/v1/wires/northwire"), ("POST", "/v1/rulings"), ("POST", "/v1/quarantine/q/drop")]
        return Door(app, audit, trail, ledger, token, routes, [("POST", "/v1/wires/{}")], spans, publisher)
    app = create_gateway(
        archive=archive, index=MemoryIndex(), registry=registry, audit=audit, trail=trail, ledger=ledger,
        changes=MemoryChangeLog(), clock=clock, signing_key=b"for tests alone, of no use elsewhere", issuer=issuer,
        origins=("https://desk.example",),
    )  # fmt: skip
    routes = [("GET", "/v1/items"), ("GET", "/v1/items/x"), ("GET", "/v1/usage"), ("OPTIONS", "/v1/items")]
    of_names = [("GET", "/v1/items/{}"), ("DELETE", "/v1/keys/{}"), ("GET", "/v1/receipts/{}"), ("GET", "/{}")]
    return Door(app, audit, trail, ledger, token, routes, of_names, spans, publisher)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything is logged, as a service logs it, to where it can be read."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    configure_logging("ingest", "debug")
    (handler,) = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    kept = io.StringIO()
    handler.setStream(kept)
    yield kept
    root.handlers[:], root.level = before
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[int]:
    """The app behind a real server, on a port, for as long as the block lasts."""
    stop, socket = asyncio.Event(), listen("127.0.0.1", 0)
    port = socket.getsockname()[1]
    serving = asyncio.create_task(serve(app, socket, stop))
    try:
        async with asyncio.timeout(20):
            await answering(port)
        yield port
    finally:
        stop.set()
        await serving


async def answering(port: int) -> None:
    """Until somebody takes calls there."""
    while True:
        with contextlib.suppress(ConnectionRefusedError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            await writer.wait_closed()
            return
        await asyncio.sleep(0.02)


@dataclass(frozen=True)
class Showing:
    """A request that shows a credential somewhere. `opens`: whether it has to be taken."""

    method: str
    target: str
    headers: Sequence[tuple[str, str]]
    opens: bool = False


def ask(port: int, asked: Showing) -> tuple[int, str]:
    """The status, and all that is answered; by a client that logs nothing itself."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    body = BODY if asked.method == "POST" else b""
    try:
        connection.putrequest(asked.method, asked.target)
        for name, value in (*asked.headers, ("content-length", str(len(body)))):
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        return answer.status, repr(answer.getheaders()) + answer.read().decode()
    finally:
        connection.close()


def shown(door: Door, credential: str, *, good: bool) -> Iterator[Showing]:
    """A credential in every place where somebody may put it, right or wrong, alone and beside one that opens."""
    right = ("authorization", f"Bearer {credential}")
    key = ("authorization", f"Bearer {door.token}")
    for method, path in door.routes:
        yield Showing(method, path, [right], opens=good)
        for scheme in ("", "Basic ", "Token ", "bearer\t"):
            yield Showing(method, path, [("authorization", scheme + credential)])
        yield Showing(method, path, [right, right])
        yield Showing(
            method, path, [("origin", "https://desk.example"), ("access-control-request-headers", credential)]
        )
        for place in PLACES:
            yield Showing(method, path, [(place, credential)])
        for name in NAMES:
            yield Showing(method, f"{path}?{name}={credential}", [])
            yield Showing(method, f"{path}?{name}={credential}", [key], opens=True)
    for method, path in door.named:
        yield Showing(method, path.format(credential), [])
        yield Showing(method, path.format(credential), [key], opens=True)


def signed(mac: bytes, at: int = AT) -> list[tuple[str, str]]:
    signature = f"v1,{base64.b64encode(mac).decode()}"
    return [("webhook-id", "msg_1"), ("webhook-timestamp", str(at)), ("webhook-signature", signature)]


def signings() -> Iterator[tuple[Showing, bytes]]:
    """Pushes with a signature, in order and not, and what of each must not be told."""
    right = hmac.digest(SECRET, f"msg_1.{AT}.".encode() + BODY, "sha256")
    for mac, at, opens in (
        (right, AT, True),
        (b"q" + right[1:], AT, False),
        (right, AT - 900, False),
        (right[:20], AT, False),
    ):
        yield Showing("POST", "/v1/wires/northwire", signed(mac, at), opens), mac


async def all_said(door: Door, port: int, log: io.StringIO, answers: Sequence[str]) -> str:
    """Everything that is kept, told or logged of what was asked."""
    await door.trail.flush()
    await door.ledger.flush()
    _, figures = await asyncio.to_thread(ask, port, Showing("GET", "/metrics", []))
    logged = log.getvalue()
    assert all(path in logged for _, path in door.routes), "a log that is silent proves nothing"
    kept = [repr(await door.audit.read(limit=10_000)), repr(door.publisher.records)]
    spans = [span.to_json() for span in door.spans.get_finished_spans()]
    return "\n".join([logged, figures, *kept, *spans, *answers])


def kept_in(folder: Path) -> bytes:
    """Every byte of the registry."""
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.name.startswith("registry.db"))


def told_of(words: Sequence[str], said: bytes) -> list[str]:
    """What of these was told, with what stands around it."""
    places = [(word, said.find(word.encode())) for word in words]
    return [f"{word} in {said[max(0, at - 200) : at + 200]!r}" for word, at in places if at >= 0]


async def test_no_key_or_token_is_told_or_kept_wherever_it_is_shown(
    door: Door, log: io.StringIO, tmp_path: Path, registry: Registry
) -> None:
    other, digest = await key_in(registry)
    wrong = other[:-8] + "qqqqqqqq"
    good = [other, bearer_token()]
    secrets = [text.rpartition("_")[2] for text in (other, wrong, door.token)]
    async with served(door.app) as port:
        answers = []
        for credential in (*good, wrong, *REFUSED_TOKENS.values()):
            for asked in shown(door, credential, good=credential in good):
                status, said = await asyncio.to_thread(ask, port, asked)
                assert asked.opens or status in {400, 401, 404, 405} or asked.method == "OPTIONS", asked
                assert not asked.opens or status != 401, asked
                answers.append(said)
        said = await all_said(door, port, log, answers)
    assert "ZeroDivisionError" in said, "what breaks is logged too"
    jwts = [bearer_token(), *REFUSED_TOKENS.values()]
    parts = [part for token in jwts for part in token.split(".")[1:] if part]
    assert not told_of((*secrets, *parts, digest), said.encode())
    assert not told_of((*secrets, *parts), kept_in(tmp_path))


@pytest.mark.parametrize("door", ["ingest"], indirect=True)
async def test_no_signature_is_told_or_kept(door: Door, log: io.StringIO, tmp_path: Path) -> None:
    asked = list(signings())
    async with served(door.app) as port:
        answers = [await asyncio.to_thread(ask, port, showing) for showing, _ in asked]
        for _, path in door.routes[1:]:
            await asyncio.to_thread(ask, port, Showing("GET", path, []))
        said = await all_said(door, port, log, [text for _, text in answers])
    assert [status for status, _ in answers] == [202, 401, 401, 401]
    assert [span.name for span in door.spans.get_finished_spans()] == ["push"]
    words = (SECRET.decode(), *(base64.b64encode(mac).decode() for _, mac in asked))
    assert not told_of(words, said.encode() + kept_in(tmp_path))
