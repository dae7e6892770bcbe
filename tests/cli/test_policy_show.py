import pytest

from api.cli.policy_words import Words
from models.catalogue import CATEGORIES
from policies.edition import shipped
from tests.cli.conftest import Mokuteki


def flat(text: str) -> str:
    return " ".join(word for word in text.split() if word.strip("│├┤─┼"))


def test_every_rule_is_shown(mokuteki: Mokuteki) -> None:
    ran = mokuteki("policy", "show")
    assert ran.code == 0
    assert all(f" {rule.id} " in ran.out for rule in shipped(CATEGORIES).rules)
    assert "Employer may read: Contact for service.application, given to: Employers" in flat(ran.out)
    assert "Nobody may handle: The whole record of a person, when the person's data was erased" in flat(
        ran.out
    )


def test_the_facts_of_a_rule_are_told_in_words_and_its_codes_stand_below(mokuteki: Mokuteki) -> None:
    told = flat(mokuteki("policy", "show", "--role", "employer").out)
    assert (
        "when the recipient is abroad; and it is not so that the person was told about the country"
        " and its protection before consenting abroad · !abroad-informed · Clause 7; APPI Art 28"
    ) in told
    assert "when noticed" not in told


@pytest.mark.parametrize("option", ["--lang", "--language"])
def test_the_facts_of_a_rule_are_told_in_japanese(mokuteki: Mokuteki, option: str) -> None:
    told = mokuteki("policy", "show", "abroad", option, "ja").out
    assert told.startswith("abroad  拒否\n")
    assert (
        "提供先が外国にある、かつ、"
        "「外国にある提供先についての情報が同意前に本人へ提供されている」に当たらない場合、本人以外のすべては、"
        "「会員の記録の全体」を扱うことができない"
    ) in told
    one = mokuteki("policy", "show", "erased", option, "ja").out
    assert "本人のデータが消去済みである場合、だれも、「会員の記録の全体」を扱うことができない" in one
    assert mokuteki("policy", "show", option, "ja").err.startswith("規則")


def test_every_rule_tells_every_fact_it_needs_in_both_languages() -> None:
    edition = shipped(CATEGORIES)
    in_english, in_japanese = Words(edition, "en"), Words(edition, "ja")
    for rule in edition.rules:
        for need in rule.needs:
            assert need.fact.en in in_english.sentence(rule)
            assert need.fact.ja in in_japanese.sentence(rule)


def test_a_rule_is_told_in_full_in_both_languages(mokuteki: Mokuteki) -> None:
    ran = mokuteki("policy", "show", "application-contact")
    assert ran.code == 0
    assert "Contact details go to the employer from the interview on" in flat(ran.out)
    assert "連絡先は面接段階から渡す" in ran.out
    assert "the application reached the interview" in flat(ran.out)
    assert "選考が面接段階に達している" in ran.out
    assert ran.out.index("Contact details") < ran.out.index("連絡先は面接段階")


def test_japanese_comes_first_when_asked_for(mokuteki: Mokuteki) -> None:
    ran = mokuteki("policy", "show", "application-contact", "--lang", "ja")
    assert ran.out.index("Contact details") > ran.out.index("連絡先は面接段階")
    assert "求人企業" in mokuteki("policy", "show", "--lang", "ja").out


def test_the_rules_that_bear_on_a_purpose_and_a_role_are_picked_out(mokuteki: Mokuteki) -> None:
    shown = mokuteki("policy", "show", "--purpose", "service.application", "--role", "employer").out
    assert " application-contact " in shown
    assert " held-service " in shown
    assert " erased " in shown
    assert " own-account " not in shown
    assert " matching-band " not in shown
    assert " held-promotion " not in shown


def test_an_abstract_purpose_shows_all_below_it(mokuteki: Mokuteki) -> None:
    shown = mokuteki("policy", "show", "--purpose", "promotion").out
    assert " newsletter-email " in shown
    assert " held-promotion " in shown
    assert " account " not in shown


def test_rules_without_a_purpose_are_found_under_none(mokuteki: Mokuteki) -> None:
    shown = mokuteki("policy", "show", "--purpose", "none").out
    assert " register-open " in shown
    assert " account " not in shown


def test_an_unknown_name_tells_what_is_near(mokuteki: Mokuteki) -> None:
    assert "near it are `application-contact`" in mokuteki("policy", "show", "application-contacts").err
    assert "`service.matching`" in mokuteki("policy", "show", "--purpose", "service.match").err
    ran = mokuteki("policy", "show", "--role", "employee")
    assert ran.code == 1
    assert "`employer`" in ran.err
