"""Who may come in: API keys kept in the Registry, and bearer tokens of a trusted issuer beside them."""

from wiredesk_core.keys.book import (
    KIND,
    authenticate,
    change_key,
    note_use,
    revoke_key,
    rotate_key,
    store_key,
    stored_keys,
    uses,
)
from wiredesk_core.keys.key import SCOPES, Key, Scope, require, require_whole
from wiredesk_core.keys.ring import KeyRing
from wiredesk_core.keys.tokens import Token, mint_key, prove, read_token

__all__ = [
    "KIND",
    "SCOPES",
    "Key",
    "KeyRing",
    "Scope",
    "Token",
    "authenticate",
    "change_key",
    "mint_key",
    "note_use",
    "prove",
    "read_token",
    "require",
    "require_whole",
    "revoke_key",
    "rotate_key",
    "store_key",
    "stored_keys",
    "uses",
]
