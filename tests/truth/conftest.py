"""The companies whose truth is known, for every module here."""

from collections.abc import Callable

import pytest

from tests.servers import Shared
from tests.truth.company import Company, companies


@pytest.fixture(scope="session")
def company_of(shared_server: Shared) -> Callable[[str], Company]:
    """A company by its name; xdist's workers of one run share them."""
    return companies(shared_server)
