from pathlib import Path

from models.catalogue import CATEGORIES, catalogue
from policies.edition import shipped
from tests.cli.conftest import Mokuteki, change


def place(file: Path, begins: str) -> int:
    lines = file.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.startswith(begins))


def test_the_shipped_rules_are_counted_and_named(mokuteki: Mokuteki) -> None:
    ran = mokuteki("policy", "check")
    assert ran.code == 0
    edition = shipped(CATEGORIES)
    personal = len(catalogue(edition))
    told = f"{personal} fields of personal data ({len(edition.questions)} answers of the form among them)"
    guards = f"{len(edition.guards)} guards of queries and mutations"
    assert f"{len(edition.rules)} rules, 12 purposes" in ran.out
    assert f", {told}, {guards}: no mistakes" in ran.out
    assert personal + len(edition.guards) == len(edition.fields)
    assert edition.id in ran.out


def test_another_folder_is_checked_with_the_model_beside_it(mokuteki: Mokuteki, draft: Path) -> None:
    assert mokuteki("policy", "check", str(draft)).out == mokuteki("policy", "check").out
    change(draft.parent / "casbin_model.conf", "!some", "some")
    assert mokuteki("policy", "check", str(draft)).code == 1


def test_every_mistake_is_told_with_its_place_and_remedy(mokuteki: Mokuteki, draft: Path) -> None:
    change(draft / "rules.csv", "application-contact,allow,", "application-contact,alow,")
    change(draft / "categories.csv", "masked,profile,", "masked,profil,")
    ran = mokuteki("policy", "check", str(draft))
    assert ran.code == 1
    rule = place(draft / "rules.csv", "application-contact,")
    category = place(draft / "categories.csv", "masked,")
    assert f"`rules.csv` row {rule}, column `eft`: " in ran.err
    assert f"`categories.csv` row {category}, column `parent`: " in ran.err
    assert all("; " in line for line in ran.err.splitlines()[:-1])
    count = len(ran.err.splitlines()) - 1
    assert ran.err.splitlines()[-1] == f"mokuteki: {count} mistakes in the rules: correct each of them"


def test_a_root_field_without_a_guard_is_a_mistake(mokuteki: Mokuteki, draft: Path) -> None:
    change(draft / "guards.csv", "Query.provisions,", "Query.provided,")
    ran = mokuteki("policy", "check", str(draft))
    assert ran.code == 1
    assert "`Query.provisions`" in ran.err
    assert "`guards.csv`" in ran.err


def test_a_missing_file_is_named(mokuteki: Mokuteki, draft: Path) -> None:
    (draft / "roles.csv").unlink()
    ran = mokuteki("policy", "check", str(draft))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("mokuteki: `roles.csv` is not in the folder")


def test_a_file_in_another_encoding_is_one_sentence(mokuteki: Mokuteki, draft: Path) -> None:
    (draft / "roles.csv").write_bytes("役割".encode("shift_jis"))
    ran = mokuteki("policy", "check", str(draft))
    assert ran.code == 1
    assert "UTF-8" in ran.err


def test_the_schema_tells_the_category_of_a_field(mokuteki: Mokuteki) -> None:
    ran = mokuteki("schema")
    assert ran.code == 0
    assert "Category `card-number`, tier 3, clause 2 (residence card)." in ran.out
