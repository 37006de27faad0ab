"""For tests without a broker: logs as plain lines, so that an expected failure costs no pretty traceback."""

from __future__ import annotations

import pytest
import structlog


@pytest.fixture(autouse=True, scope="session")
def plain_logs() -> None:
    """structlog draws framed tracebacks unless told otherwise; a test that expects failures would wait for them."""
    structlog.configure(processors=[structlog.processors.add_log_level, structlog.processors.KeyValueRenderer()])
