"""A hostile text costs little before it is refused: the longest that are taken in at all, of every kind."""

import time

import pytest

from app.composing import lint
from tests.composing.test_lint import HOSTILE, of

MOST = 0.05  # seconds of the processor
LONGEST = {
    "nested ifs": "{% if urgent %}" * 110 + "x" + "{% endif %}" * 110,
    "brackets": "{{ " + "(" * 1_900 + "names" + ")" * 1_900 + " }}",
    "brackets left open": "{{ a" + "(" * 3_900,
    "nots": "{% if " + "not " * 900 + "urgent %}x{% endif %}",
    "ors": "{% if " + " or ".join(["urgent"] * 380) + " %}x{% endif %}",
    "elifs": "{% if urgent %}a{% elif plural %}" * 60 + "{% endif %}" * 60,
    "loops": "{% for a in range(9) %}" * 80 + "{{ 'a' * 9**9 }}" + "{% endfor %}" * 80,
    "attributes": "{{ names" + ".a" * 1_900 + " }}",
    "items": "{{ names" + "[0]" * 1_300 + " }}",
    "calls": "{{ names" + "()" * 1_900 + " }}",
    "filters": "{{ names" + "|upper" * 600 + " }}",
    "concatenations": "{{ " + "names~" * 640 + "names }}",
    "comparisons": "{{ 1" + "<1" * 1_900 + " }}",
    "powers": "{{ 9" + "**9" * 1_300 + " }}",
    "lists": "x{{ " + "[" * 1_900 + "]" * 1_900 + " }}",
    "slips": "{{ nmaes.b }}" * 300,
    "a long name": "{{ " + "a" * 3_900 + " }}",
}


@pytest.mark.parametrize("source", [*HOSTILE.values(), *LONGEST.values()], ids=[*HOSTILE, *LONGEST])
def test_a_hostile_text_is_refused_at_once(source: str) -> None:
    letter_texts = [of(openings=["Hello.", source + "!" * n]) for n in range(3)]  # none of them seen before

    times = []
    for each in letter_texts:
        began = time.process_time()
        found = list(lint.faults(each))
        times.append(time.process_time() - began)
        assert [pointer for pointer, _ in found] == ["openings/1"]

    assert min(times) < MOST
