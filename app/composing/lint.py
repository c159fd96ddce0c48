"""Letter texts are read against an allow-list and tried out before they are believed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache
from itertools import product

from jinja2 import TemplateSyntaxError, nodes

from app.composing.known import PLACEHOLDERS, Appeal, Known, Person, Post
from app.composing.names import Name
from app.composing.templates import needs, parse, render
from app.models.cleaning import LINK
from app.models.letter_texts import LetterTexts
from app.models.prisoner import Case

ALLOWED = (nodes.Template, nodes.Output, nodes.Const, nodes.If, nodes.Not, nodes.And, nodes.Or)
BRACE = re.compile(r"[{}]+[^{}\s]{0,60}[{}]*")
IN_LOOP = frozenset({"loop.first", "loop.last"})
DECLINED = frozenset({"names", "prisoner.name"})
LONGEST = 4_000  # characters of one text
LONGEST_FORM = 2_000  # characters of what it becomes
DEEPEST = 12  # levels of a text's tree
TOO_DEEP = "The text is nested too deeply."


def faults(letter_texts: LetterTexts, said_of: Sequence[Known] = ()) -> Iterator[tuple[str, str]]:
    """Yield a JSON Pointer and a sentence for everything that must not be there. Tried on those of whom it is said."""
    first = said_of[0] if said_of else None
    for part, variants in parts(letter_texts):
        found = [_fault(variant, first) for variant in variants]
        yield from ((f"{part}/{n}", fault) for n, fault in enumerate(found) if fault)
        if not any(found):
            yield from ((part, fault) for fault in _never_to_be_said(variants, said_of or [ANYBODY]))


def parts(letter_texts: LetterTexts) -> Iterator[tuple[str, list[str]]]:
    """Yield each list of variants under its JSON Pointer."""
    for part in ("subjects", "openings", "requests", "endings"):
        yield part, getattr(letter_texts, part)
    for key, argument in letter_texts.arguments.items():
        yield f"arguments/{key}/variants", argument.variants


def _never_to_be_said(variants: Sequence[str], said_of: Sequence[Known]) -> Iterator[str]:
    """Yield a sentence where somebody is left without any variant."""
    for known in said_of:
        if all(needs(variant) - known.has for variant in variants):
            lacking = ", ".join(sorted(needs(variants[0]) - known.has))
            yield f"One variant at least must do without what is not stored of {known.names}: {lacking}."
            return


@lru_cache(maxsize=4_096)
def _fault(source: str, first: Known | None) -> str | None:
    """Return what is wrong with a text, as the first fault in reading order, or None."""
    if len(source) > LONGEST:
        return f"The text is over {LONGEST} characters."
    try:
        tree = parse(source)
    except TemplateSyntaxError as error:
        return f"Line {error.lineno}: this is not a placeholder that can be read."
    except RecursionError:
        return TOO_DEEP
    return next(_tree_faults(tree, PLACEHOLDERS, depth=0), None) or _form_fault(source, first)


def _tree_faults(node: nodes.Node, known: frozenset[str], *, depth: int) -> Iterator[str]:
    """Yield what is not on the allow-list, in reading order."""
    if depth > DEEPEST:
        yield TOO_DEEP
    elif isinstance(node, nodes.Name | nodes.Getattr):
        yield from _placeholder_faults(node, known)
    elif isinstance(node, nodes.TemplateData):
        yield from _brace_faults(node)
    elif isinstance(node, nodes.For):
        yield from _loop_faults(node, known, depth=depth)
    elif isinstance(node, nodes.Filter):
        yield from _filter_faults(node)
    elif not isinstance(node, ALLOWED):
        yield f"Line {node.lineno}: only placeholders, `case(…)`, `if` and one `for` are allowed here."
    else:
        for child in node.iter_child_nodes():
            yield from _tree_faults(child, known, depth=depth + 1)


def _placeholder_faults(node: nodes.Name | nodes.Getattr, known: frozenset[str]) -> Iterator[str]:
    if (path := _path(node)) not in known:
        nearest = get_close_matches(path, known, n=1)
        hint = f"did you mean `{nearest[0]}`?" if nearest else f"known are {', '.join(sorted(known))}."
        yield f"Line {node.lineno}: `{path[:60]}` is not known; {hint}"


def _brace_faults(node: nodes.TemplateData) -> Iterator[str]:
    """A brace that opens or closes no placeholder would be printed."""
    if brace := BRACE.search(node.data):
        line = node.lineno + node.data.count("\n", 0, brace.start())
        yield f"Line {line}: `{brace[0]}` would be printed as it stands; a placeholder is written `{{{{ names }}}}`."


def _loop_faults(node: nodes.For, known: frozenset[str], *, depth: int) -> Iterator[str]:
    """Allow one loop, over the prisoners: it is bounded by their number."""
    plain = not (node.else_ or node.test or node.recursive or known & IN_LOOP)
    if not plain or _path(node.iter) != "prisoners" or _path(node.target) != "prisoner":
        yield f"Line {node.lineno}: the only loop is `for prisoner in prisoners`, once, without conditions."
    for child in node.body:
        yield from _tree_faults(child, known | IN_LOOP, depth=depth + 1)


def _filter_faults(node: nodes.Filter) -> Iterator[str]:
    argument = node.args[0] if len(node.args) == 1 and not node.kwargs else None
    is_case = isinstance(argument, nodes.Const) and argument.value in set(Case)
    if node.name != "case" or not is_case or node.node is None or _path(node.node) not in DECLINED:
        on = " or ".join(f'`{path} | case("…")`' for path in sorted(DECLINED))
        yield f"Line {node.lineno}: the only filter is {on}, with one of {', '.join(Case)}."


def _path(node: nodes.Node) -> str:
    """Return a placeholder as it is written; empty for anything else."""
    if isinstance(node, nodes.Name):
        return str(node.name)
    return (
        f"{node.node.name}.{node.attr}" if isinstance(node, nodes.Getattr) and isinstance(node.node, nodes.Name) else ""
    )


def _form_fault(source: str, first: Known | None) -> str | None:
    """Look at every form that the text can take: a link can be put together from parts, and a form can be empty."""
    forms = [
        render(source, replace(known, urgent=urgent, plural=plural))
        for known, urgent, plural in product([EVERYTHING, *([first] if first else [])], (False, True), (False, True))
        if needs(source) <= known.has
    ]
    if any(LINK.search(form) for form in forms):
        return "Letters carry no web addresses and no markup."
    if any(len(form) > LONGEST_FORM for form in forms):
        return f"What it becomes is over {LONGEST_FORM} characters."
    return None if all(form.strip() for form in forms) else "In one case (urgent, plural) nothing is left of it."


def _somebody(forms: tuple[tuple[str, str], ...] = (), fact: str | None = None) -> Known:
    """Return what stands for the prisoners while a text is tried out."""
    name = Name("–", forms)
    person = Person(name, *[fact] * (len(Person.__slots__) - 1))
    return Known(name, False, False, "–", person, (person,), Post("–", fact), Appeal("–", "–"))  # noqa: FBT003


ANYBODY = _somebody()
EVERYTHING = _somebody(tuple((case, "–") for case in Case), "–")
