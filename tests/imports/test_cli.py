"""`unsilenced import` and `unsilenced export`."""

import json
from pathlib import Path

from tests.imports.steps import OFFICE, office_row, table
from tests.test_cli import Unsilenced, home, unsilenced

__all__ = ["home", "unsilenced"]


def test_a_table_goes_in_and_out_again(unsilenced: Unsilenced, home: Path) -> None:
    unsilenced("migrate")
    unsilenced("organiser", "create", "--organisation", "Committee", "--name", "Olga")
    (home / "in.csv").write_bytes(table(OFFICE | {"E-Mail": ""}))
    (home / "bad.csv").write_bytes(table(office_row(kind="king")))

    assert "means `emails` already" in unsilenced("import", "offices", "in.csv").err
    (home / "in.csv").write_bytes(table({name.replace("emails", "E-Mail"): cell for name, cell in OFFICE.items()}))
    tried = unsilenced("import", "offices", "in.csv", "--dry-run")
    done = unsilenced("import", "offices", "in.csv", "--organisation", "committee")
    refused = unsilenced("import", "offices", "bad.csv")
    told = unsilenced("import", "offices", "bad.csv", "--json", "--keep-going")

    assert (tried.code, done.code, refused.code, told.code) == (0, 0, 1, 1)
    assert "E-Mail  →  emails" in tried.out
    assert "1 created" in tried.out
    assert "dry run" in tried.out
    assert "Row 2 (by-pg), kind:" in refused.out
    assert "Nothing was imported" in refused.out
    assert json.loads(told.out)["refused"] == 1

    out = unsilenced("export", "offices", "-o", "out.csv")
    assert (out.code, out.err.strip()) == (0, "1 row.")
    again = unsilenced("import", "offices", "out.csv")
    assert "1 unchanged" in again.out
    assert unsilenced("export", "offices", "--organisation", "nobody").code == 1
    assert unsilenced("import", "offices", "in.csv", "--set", "nothing").code == 1


def test_with_two_organisations_one_must_be_named(unsilenced: Unsilenced, home: Path) -> None:
    unsilenced("migrate")
    for name in ("One", "Two"):
        unsilenced("organiser", "create", "--organisation", name, "--name", "Olga")
    (home / "in.csv").write_bytes(table(OFFICE))
    assert "say which" in unsilenced("import", "offices", "in.csv").err
    assert unsilenced("import", "offices", "in.csv", "--organisation", "two").code == 0
