"""A path is told without what opens anything."""

from __future__ import annotations

import pytest
from wiredesk_core.web.paths import told_path

JWT = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbmEifQ.c2ln"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/v1/keys/wd_0123456789abcdef_s3-cr_et/rotate", "/v1/keys/wd_0123456789abcdef_…/rotate"),
        (f"/v1/items/{JWT}", "/v1/items/…"),
        (f"/v1/items/{JWT.rpartition('.')[0]}", "/v1/items/…"),
        ("/v1/items/mgqj3kz7v2w5x6y7a2b3c4d5e6", "/v1/items/mgqj3kz7v2w5x6y7a2b3c4d5e6"),
        ("/v1/wires/wd", "/v1/wires/wd"),
    ],
)
def test_credentials_in_a_path_are_left_out(path: str, told: str) -> None:
    assert told_path(path) == told
