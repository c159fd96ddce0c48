"""Log lines for machines."""

import json
import logging

from app.logs import JsonLines


def line(message: str, *arguments: object, failed: BaseException | None = None) -> dict[str, object]:
    exc_info = (type(failed), failed, failed.__traceback__) if failed else None
    record = logging.LogRecord("app.delivery.worker", logging.WARNING, __file__, 1, message, arguments, exc_info)
    read: dict[str, object] = json.loads(JsonLines().format(record))
    return read


def test_a_line_is_one_object_with_its_time_level_and_source() -> None:
    read = line("delivery %s\nis late", 7)

    assert read | {"at": ""} == {
        "at": "",
        "level": "warning",
        "logger": "app.delivery.worker",
        "message": "delivery 7\nis late",
    }


def test_an_error_is_told_by_its_kind_and_place_and_never_by_its_words() -> None:
    try:
        int("sam@supporter.example.org")
    except ValueError as error:
        read = line("went wrong", failed=error)

    assert read["error"] == "ValueError"
    assert str(read["trace"]).count(__file__.rpartition("/")[2]) == 1
    assert "sam" not in json.dumps(read)
