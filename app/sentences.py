"""What is wrong with a value, in words of ours, whoever checked it: the API and an import say the same."""

from collections.abc import Mapping
from typing import Any

SENTENCES = {
    "missing": "This is needed.",
    "extra_forbidden": "This field is not known here. Leave it out, or look for a slip in its name.",
    "json_invalid": "This is not JSON that can be read. {error}",
    "string_too_short": "This is too short: at least {min_length} characters.",
    "string_too_long": "This is too long: at most {max_length} characters.",
    "uuid_parsing": "This is not an id.",
    "model_attributes_type": "A JSON object is needed here.",
    "dict_type": "A JSON object is needed here.",
    "list_type": "A list is needed here.",
    "string_type": "A text is needed here.",
}


def sentence(error: Mapping[str, Any]) -> str:
    """Return what is wrong in words of ours; pydantic's own words only where they cannot hold the input."""
    context = error.get("ctx")
    values = context if isinstance(context, dict) else {}
    if error["type"] == "value_error":
        return str(values.get("error", "This value cannot be taken."))
    of_text = "string_" if values.get("field_type") == "Value" else ""  # checked after it was tidied
    found = SENTENCES.get(of_text + str(error["type"]))
    return found.format(**values) if found else f"{str(error['msg']).rstrip('.')}."
