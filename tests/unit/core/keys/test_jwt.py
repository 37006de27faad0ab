"""Bearer tokens of an issuer: only those that are whole, ours, signed by a key of its set, and of now."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, OKPAlgorithm
from wiredesk_core.clock import FixedClock
from wiredesk_core.failures import Misconfigured, Refused
from wiredesk_core.keys import KeyRing, mint_key, store_key
from wiredesk_core.keys.jwt import JwtIssuer, read_issuer
from wiredesk_core.registry.memory import MemoryRegistry
from wiredesk_core.testing import NOON

ISSUER, AUDIENCE = "https://login.example", "wiredesk"
OURS, OTHER = ed25519.Ed25519PrivateKey.generate(), ed25519.Ed25519PrivateKey.generate()
PEM_SECRET = b"a shared secret that everybody who verifies would have to know"

Claims = dict[str, Any]


def public_jwk(key: ed25519.Ed25519PrivateKey, kid: str = "k1") -> Claims:
    return {**json.loads(OKPAlgorithm.to_jwk(key.public_key())), "kid": kid, "alg": "EdDSA"}


def issuer() -> JwtIssuer:
    return JwtIssuer(ISSUER, AUDIENCE, {"k1": jwt.PyJWK(public_jwk(OURS))})


def claims(**more: Any) -> Claims:
    at = int(NOON.timestamp())
    return {"iss": ISSUER, "aud": AUDIENCE, "sub": "ana", "iat": at, "exp": at + 600, "scope": "items:read", **more}


def signed(told: Mapping[str, Any], key: Any = OURS, algorithm: str = "EdDSA", kid: str | None = "k1") -> str:
    return jwt.encode(dict(told), key, algorithm=algorithm, headers={"kid": kid} if kid else None)


def test_a_token_in_order_allows_what_its_claims_say() -> None:
    told = claims(scope="items:read embargo:read root", providers=["harbour"], languages=["en"])
    key = issuer().admit(signed(told), NOON)
    assert key.scopes == {"items:read", "embargo:read"}
    assert (sorted(key.providers), sorted(key.languages), sorted(key.genres)) == (["harbour"], ["en"], [])
    assert key.key_id == "jwt:ana"
    assert key.expires == NOON + timedelta(seconds=600)


def unsigned(told: Mapping[str, Any]) -> str:
    parts = ({"alg": "none", "kid": "k1"}, told)
    return ".".join(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts) + "."


AT = int(NOON.timestamp())
WRONG: dict[str, Callable[[], str]] = {
    "no algorithm": lambda: unsigned(claims()),
    "a shared secret": lambda: signed(claims(), PEM_SECRET, "HS256"),
    "another key": lambda: signed(claims(), OTHER),
    "another kind of key": lambda: signed(claims(), ec.generate_private_key(ec.SECP256R1()), "ES256"),
    "a key that is not in the set": lambda: signed(claims(), kid="k2"),
    "no name of a key": lambda: signed(claims(), kid=None),
    "another issuer": lambda: signed(claims(iss="https://evil.example")),
    "another audience": lambda: signed(claims(aud="payroll")),
    "several audiences": lambda: signed(claims(aud=[AUDIENCE, "payroll"])),
    "no subject": lambda: signed({k: v for k, v in claims().items() if k != "sub"}),
    "no end": lambda: signed({k: v for k, v in claims().items() if k != "exp"}),
    "ended": lambda: signed(claims(iat=AT - 600, exp=AT - 60)),
    "from the future": lambda: signed(claims(iat=AT + 600, exp=AT + 1200)),
    "not yet": lambda: signed(claims(nbf=AT + 300)),
    "too long a life": lambda: signed(claims(exp=AT + 3 * 86400)),
    "times that are none": lambda: signed(claims(iat=True)),
    "a time beyond all years": lambda: signed(claims(exp=10**18)),
    "a limit that limits nothing": lambda: signed(claims(providers=[])),
    "a limit that is no list": lambda: signed(claims(genres="sport")),
    "truncated": lambda: signed(claims())[:-10],
    "more behind it": lambda: signed(claims()) + "AAAA",
    "a name too long to tell apart": lambda: signed(claims(sub="a" * 197)),
    "too long": lambda: signed(claims(name="x" * 10_000)),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_anything_out_of_order_is_refused_without_a_word_of_it(wrong: str) -> None:
    token = WRONG[wrong]()
    with pytest.raises(Refused) as refused:
        issuer().admit(token, NOON)
    assert refused.value.status == 401
    assert token not in str(refused.value)


@given(st.data())
def test_no_altered_token_opens(data: st.DataObject) -> None:
    token = signed(claims())
    at = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("ABCxyz019-_.=é "))
    altered = token[:at] + letter + token[at + 1 :]
    last_bits = at == len(token) - 1 or token[at + 1] == "."  # of a part's last letter some bits stand for nothing
    if altered == token or last_bits:
        return
    with pytest.raises(Refused):
        issuer().admit(altered, NOON)


@given(st.text(max_size=300))
def test_no_text_makes_it_stumble(text: str) -> None:
    with pytest.raises(Refused):
        issuer().admit(text, NOON)


async def test_a_ring_takes_both_and_without_an_issuer_only_keys() -> None:
    registry = MemoryRegistry(FixedClock(NOON))
    token, key = mint_key(name="desk", scopes=["items:read"], now=NOON)
    await store_key(registry, key)
    both, keys_only = KeyRing(registry, issuer=issuer()), KeyRing(registry)
    assert await both.authenticate(f"Bearer {token}", NOON) == key
    assert (await both.authenticate(f"Bearer {signed(claims())}", NOON)).name == "ana"
    with pytest.raises(Refused) as refused:
        await keys_only.authenticate(f"Bearer {signed(claims())}", NOON)
    assert (refused.value.status, refused.value.code) == (401, "key_malformed")


def test_an_issuer_is_read_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"keys": [public_jwk(OURS)]}), "utf-8")
    assert read_issuer("", "", None) is None
    found = read_issuer(ISSUER, AUDIENCE, path)
    assert found is not None
    assert found.admit(signed(claims()), NOON).name == "ana"
    for half in ((ISSUER, "", path), ("", AUDIENCE, path), (ISSUER, AUDIENCE, None)):
        with pytest.raises(Misconfigured):
            read_issuer(*half)


@pytest.mark.parametrize(
    "told",
    [
        "{}",
        '{"keys": []}',
        '{"keys": [{"kty": "OKP"}]}',
        "not JSON",
        json.dumps({"keys": [{"kty": "oct", "k": "c2VjcmV0", "alg": "HS256", "kid": "k1"}]}),
        json.dumps({"keys": [{**json.loads(OKPAlgorithm.to_jwk(OURS)), "kid": "k1"}]}),
        json.dumps(
            {"keys": [{**json.loads(ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key()))}]}
        ),
    ],
)
def test_a_set_that_holds_anything_but_named_public_keys_is_refused(tmp_path: Path, told: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(told, "utf-8")
    with pytest.raises(Misconfigured, match="WIREDESK_JWT_KEYS"):
        read_issuer(ISSUER, AUDIENCE, path)


def test_a_new_key_of_the_issuer_opens_without_a_restart_and_one_taken_out_no_longer_does(tmp_path: Path) -> None:
    path, later = tmp_path / "keys.json", NOON + timedelta(seconds=10)

    def put(*sets: Claims) -> None:
        (tmp_path / "next.json").write_text(json.dumps({"keys": sets}), "utf-8")
        (tmp_path / "next.json").replace(path)

    put(public_jwk(OURS))
    found = read_issuer(ISSUER, AUDIENCE, path)
    assert found is not None
    old, new = signed(claims()), signed(claims(sub="ben"), OTHER, kid="k2")
    assert found.admit(old, NOON).name == "ana"
    put(public_jwk(OURS), public_jwk(OTHER, "k2"))
    for token, name in ((old, "ana"), (new, "ben")):
        assert found.admit(token, later).name == name
    put(public_jwk(OTHER, "k2"))
    later += timedelta(seconds=10)
    assert found.admit(new, later).name == "ben"
    with pytest.raises(Refused):
        found.admit(old, later)


@pytest.mark.parametrize("told", ["", '{"keys": []}', None])
def test_a_key_set_that_cannot_be_used_leaves_the_keys_as_they_were(tmp_path: Path, told: str | None) -> None:
    path, later = tmp_path / "keys.json", NOON + timedelta(seconds=10)
    path.write_text(json.dumps({"keys": [public_jwk(OURS)]}), "utf-8")
    found = read_issuer(ISSUER, AUDIENCE, path)
    assert found is not None
    if told is None:
        path.unlink()
    else:
        path.write_text(told, "utf-8")
    assert found.admit(signed(claims()), later).name == "ana"
    path.write_text(json.dumps({"keys": [public_jwk(OTHER)]}), "utf-8")
    with pytest.raises(Refused):
        found.admit(signed(claims()), later + timedelta(seconds=10))
