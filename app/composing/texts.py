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
DEEPEST = 12  # levels of a text's tree
TOO_DEEP = "The text is nested too deeply."


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
    try:
        tree = _environment.parse(source)
    except TemplateSyntaxError as error:
        return f"Line {error.lineno}: this is not a placeholder that can be read."
    except RecursionError:
        return TOO_DEEP
    return _tree_fault(tree, depth=0) or _form_fault(source)


def _tree_fault(node: nodes.Node, *, depth: int) -> str | None:
    if depth > DEEPEST:
        return TOO_DEEP
    inside = (_tree_fault(child, depth=depth + 1) for child in node.iter_child_nodes())
    return _node_fault(node) or next((fault for fault in inside if fault), None)


def _form_fault(source: str) -> str | None:
    """Look at every form that the text can take: a link can be put together from parts, and a form can be empty."""
    forms = [
        render(source, names=_Anybody(), country="–", urgent=urgent, plural=plural)
        for urgent in (False, True)
        for plural in (False, True)
    ]
    if any(LINK.search(form) for form in forms):
        return "Letters carry no web addresses and no markup."
    return None if all(form.strip() for form in forms) else "In one case (urgent, plural) nothing is left of it."


class _Anybody:
    """Stands for the names while a text is tried out."""

    def __str__(self) -> str:
        return "–"

    def case(self, _case: str) -> str:
        return "–"


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
