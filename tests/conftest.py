"""Fixtures that several test modules share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bce_lint.confirm.pool import Pool


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """Workers for the whole session: a framework is imported once."""
    with Pool() as workers:
        yield workers
