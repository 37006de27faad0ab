"""Secrets are named in a providers file and kept elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from wiredesk_core.failures import Misconfigured
from wiredesk_ingest.credentials import is_reference, read_secret


def test_a_secret_comes_from_the_environment_or_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "harbour").write_text("Bearer b\n")
    assert read_secret("env:HARBOUR", {"HARBOUR": "Bearer a"}, tmp_path) == "Bearer a"
    assert read_secret("file:harbour", {}, tmp_path) == "Bearer b"
    assert read_secret("", {}, tmp_path) == ""


@pytest.mark.parametrize("reference", ["env:HARBOUR", "file:harbour", "Bearer abc"])
def test_a_secret_that_is_not_there_is_said_at_start(reference: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured):
        read_secret(reference, {"HARBOUR": " "}, tmp_path)


@pytest.mark.parametrize("text", ["file:../passwd", "file:/etc/passwd", "file:..", "env:", "Bearer abc", "file:a/b"])
def test_what_is_no_reference_is_told_apart(text: str) -> None:
    assert not is_reference(text)
