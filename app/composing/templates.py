"""The language in which letters are worded: a small part of Jinja, filled once, in a sandbox."""

from collections.abc import Iterable
from dataclasses import fields
from functools import lru_cache

from jinja2 import StrictUndefined, Template, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.composing.known import OPTIONAL, Known

KEPT = 16_384  # filled texts in memory


@lru_cache(maxsize=KEPT)
def render(source: str, known: Known) -> str:
    """Return the text with its placeholders filled, once. Nothing in it comes from a supporter: it can be kept."""
    return _template(source).render({field.name: getattr(known, field.name) for field in fields(known) if field.init})


def possible(variants: Iterable[str], has: frozenset[str]) -> list[str]:
    """Return the texts that can be said with these case forms and facts."""
    return [variant for variant in variants if needs(variant) <= has]


@lru_cache(maxsize=4_096)
def needs(source: str) -> frozenset[str]:
    """The case forms and facts without which a text cannot be said."""
    tree = parse(source)
    cases = (
        each.args[0].value
        for each in tree.find_all(nodes.Filter)
        if each.args and isinstance(each.args[0], nodes.Const)
    )
    return frozenset([*cases, *(each.attr for each in tree.find_all(nodes.Getattr) if each.attr in OPTIONAL)])


def parse(source: str) -> nodes.Template:
    """Return a text's tree, or raise TemplateSyntaxError."""
    return _environment.parse(source)


@lru_cache(maxsize=4_096)
def _template(source: str) -> Template:
    return _environment.from_string(source)


_environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, trim_blocks=True)
_environment.filters = {"case": lambda name, case: name.case(case)}
