"""What an organisation may take with it, as tables: its own, and nobody's personal data unless for a reason."""

from app.exports.kinds import ExportKind
from app.exports.writing import Format, write, write_with_writers

__all__ = ["ExportKind", "Format", "write", "write_with_writers"]
