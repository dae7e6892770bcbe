"""How long a check of a large edition takes: `python -m benchmarks.check --rules 100000`."""

import itertools
import sys
from argparse import ArgumentParser
from datetime import date
from time import perf_counter

from api.cli.declared import FIELDS, GUARDS
from policies.check.report import check
from policies.edition import shipped
from policies.table import Sheets

TODAY = date(2026, 11, 22)
NEEDS = ("noticed+consented", "noticed+consented+interview", "noticed+consented+offer-accepted")


def large(rules: int, companies: int, answers: int) -> tuple[Sheets, str]:
    """The shipped tables with companies, each a group with rules of its own about answers of the form."""
    edition = shipped(FIELDS)
    tables = edition.tables()
    tables["groups"] += [
        [f"company-{n}", "employer", "", f"会社{n}", f"Company {n}"] for n in range(companies)
    ]
    blank = [""] * 5
    tables["questions"] += [
        [
            f"extra{n}",
            "choice",
            "form",
            "YES|NO",
            "はい|いいえ",
            "yes|no",
            f"質問{n}",
            f"Question {n}",
            *blank,
        ]
        for n in range(answers)
    ]
    tables["rules"] = [row for row in tables["rules"] if row[0] != "application-form"]
    for n in range(rules - len(tables["rules"])):
        company, answer, needs = n % companies, n // companies % answers, NEEDS[n % len(NEEDS)]
        names = [
            "employer",
            "read",
            "service.application",
            f"User.answers.extra{answer}",
            f"company-{company}",
        ]
        told = ["Clause 7", f"会社{company}へ渡す", f"Company {company} gets it"]
        tables["rules"].append([f"own-{n}", "allow", *names, needs, *told])
    return tables, edition.model


def main() -> None:
    """Measure once and print it."""
    parser = ArgumentParser(prog="python -m benchmarks.check", description=__doc__)
    parser.add_argument("--rules", type=int, default=100_000)
    parser.add_argument("--companies", type=int, default=3_000)
    parser.add_argument("--answers", type=int, default=300)
    asked = parser.parse_args()
    tables, model = large(asked.rules, asked.companies, asked.answers)
    slices = [begun := perf_counter()]
    report = check(
        tables,
        model,
        today=TODAY,
        guards=GUARDS,
        progress=lambda _done, _total: slices.append(perf_counter()),
    )
    longest = max(after - before for before, after in itertools.pairwise(slices))
    sys.stdout.write(
        f"{len(tables['rules']):,} rules, {len(tables['decisions']):,} rows of the decision table: "
        f"{perf_counter() - begun:.1f} s in {len(slices):,} slices of {longest:.1f} s at most, "
        f"{len(report.findings):,} findings\n"
    )


if __name__ == "__main__":
    main()
