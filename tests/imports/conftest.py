"""Somebody from another organisation, as in the tests of the routers."""

from tests.routers.conftest import stranger

__all__ = ["stranger"]
