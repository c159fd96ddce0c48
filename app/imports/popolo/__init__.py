"""Officials from Popolo JSON (popoloproject.com), as real files are: each post, or each seat, becomes an office."""

from app.imports.popolo.reading import TEXT_LANGUAGE, read

__all__ = ["TEXT_LANGUAGE", "read"]
