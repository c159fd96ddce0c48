"""What an organisation may take with it, as tables: its own, and nobody's personal data."""

from app.exports.kinds import ExportKind
from app.exports.writing import Format, write

__all__ = ["ExportKind", "Format", "write"]
