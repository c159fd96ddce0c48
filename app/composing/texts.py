"""The wording of letters: templates of the house and of campaigns, checked before they are believed."""

import tomllib
from collections.abc import Iterator
from functools import cache, lru_cache

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.config import PROJECT
from app.models.campaign import Audience, LetterTexts
from app.models.prisoner import Case
from app.models.text import LINK

FOLDER = PROJECT / "templates" / "letters"
PLACEHOLDERS = frozenset({"names", "plural", "urgent", "country"})
ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Filter,
    nodes.Const,
    nodes.If,
    nodes.Not,
    nodes.And,
    nodes.Or,
)
LONGEST = 4_000  # characters of one text


def of_the_house(language: str) -> dict[Audience, LetterTexts]:
    """The house's own texts in this language, by audience; empty where there are none."""
    return _house().get(language, {})


def faults(letter_texts: LetterTexts) -> Iterator[tuple[str, str]]:
    """Yield a JSON Pointer and a sentence for everything in these texts that must not be there."""
    for part, variants in letter_texts:
        safe = [_fault(variant) for variant in variants]
        yield from ((f"{part}/{n}", fault) for n, fault in enumerate(safe) if fault)
        if not any(safe) and all(cases_in(variant) for variant in variants):
            yield part, "One variant at least must do without `case(…)`, for names that have no stored forms."


def render(source: str, **values: object) -> str:
    """Return the text with its placeholders filled, once."""
    return _template(source).render(**values)


@lru_cache(maxsize=4_096)
def cases_in(source: str) -> frozenset[str]:
    """The grammatical cases of names that a text asks for."""
    filters = _environment.parse(source).find_all(nodes.Filter)
    return frozenset(each.args[0].value for each in filters if each.args and isinstance(each.args[0], nodes.Const))


def _fault(source: str) -> str | None:
    """Return what is wrong with a text, as the first fault in reading order, or None."""
    if len(source) > LONGEST:
        return f"The text is over {LONGEST} characters."
    if LINK.search(source):
        return "Letters carry no web addresses and no markup."
    try:
        tree = _environment.parse(source)
    except TemplateSyntaxError as error:
        return f"Line {error.lineno}: this is not a placeholder that can be read."
    except RecursionError:
        return "The text is nested too deeply."
    return next((fault for node in _walk(tree) if (fault := _node_fault(node))), None)


def _walk(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _walk(child)


def _node_fault(node: nodes.Node) -> str | None:
    if not isinstance(node, ALLOWED):
        return f"Line {node.lineno}: only placeholders, `case(…)` and `if` are allowed here."
    if isinstance(node, nodes.Name) and node.name not in PLACEHOLDERS:
        known = ", ".join(sorted(PLACEHOLDERS))
        return f"Line {node.lineno}: the placeholder `{node.name[:40]}` is not known; known are {known}."
    if isinstance(node, nodes.Filter) and not _is_case(node):
        return f'Line {node.lineno}: the only filter is `names | case("…")`, with one of {", ".join(Case)}.'
    return None


def _is_case(node: nodes.Filter) -> bool:
    argument = node.args[0] if len(node.args) == 1 else None
    return (
        node.name == "case"
        and not node.kwargs
        and isinstance(node.node, nodes.Name)
        and node.node.name == "names"
        and isinstance(argument, nodes.Const)
        and argument.value in set(Case)
    )


_environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, trim_blocks=True)
_environment.filters = {"case": lambda names, case: names.case(case)}


@lru_cache(maxsize=4_096)
def _template(source: str) -> Template:
    return _environment.from_string(source)


@cache
def _house() -> dict[str, dict[Audience, LetterTexts]]:
    found: dict[str, dict[Audience, LetterTexts]] = {}
    for path in sorted(FOLDER.glob("*/*.toml")):
        letter_texts = LetterTexts.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        found.setdefault(path.parent.name, {})[Audience(path.stem)] = letter_texts
    return found
