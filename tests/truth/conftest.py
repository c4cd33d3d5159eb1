"""The companies whose truth is known, for every module here."""

import os
import uuid
from collections.abc import Callable, Iterator

import pytest

from tests.truth.company import Company, companies


@pytest.fixture(scope="session")
def company_of() -> Iterator[Callable[[str], Company]]:
    """A company by its name; xdist's workers of one run share them."""
    with companies(os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)) as made:
        yield made
