"""The command, in an empty folder of its own, as in tests/test_cli.py."""

from tests.test_cli import home, unsilenced

__all__ = ["home", "unsilenced"]
