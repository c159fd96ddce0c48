"""The fonts of all that is printed, the same on every machine: typst's own Libertinus Serif, then Noto."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import typst

from app.config import PROJECT

TEMPLATES = PROJECT / "templates" / "paper"
PACKAGES = ("manimgx_fonts", "manimgx_fonts_cjk")


def compiler(template: str, **inputs: str) -> typst.Compiler:
    """Return a new compiler of one template. It serves one at a time, and reads no file but the templates."""
    return typst.Compiler(TEMPLATES / template, root=TEMPLATES, font_paths=_fonts(), sys_inputs=inputs)


@cache
def _fonts() -> typst.Fonts:
    folders = [Path(spec.origin).parent for name in PACKAGES if (spec := find_spec(name)) and spec.origin]
    return typst.Fonts(include_system_fonts=False, font_paths=folders)
