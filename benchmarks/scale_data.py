"""People by the million, made by the database itself, beside a demonstration that is there already."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg  # noqa: TC002 - as everywhere here

from models.database.store import Store
from models.ledger.months import make_months
from models.ledger.rows import CLOCK_SHIFT, PROVISIONS, provision_id

DAYS = 75
"""The ledger reaches back so far, and so over three months or four."""

FIRST_REF = 1 << 40
SHARE = 5
"""One access in so many is a provision."""

SINGLY = ("INDIVIDUAL", "", None, None, None)
"""A record made singly, to a recipient of whom nothing had to be confirmed."""

PEOPLE = """
INSERT INTO users (id, ref, shown, marks, stay_pending, version, registered_at, name_roman, email, phone, birth_date,
  postal_code, prefecture, city, town, card_status, card_work_restriction, card_stay_expires_on, card_nationality,
  card_nationality_mark, answers)
SELECT substr(md5(i::text) || md5(i::text || 'x'), 1, 26), {ref} + i,
  (SELECT max(shown) FROM users), 0, false, substr(md5(i::text), 1, 16),
  now() - (i * 7919 % 94608000) * interval '1 second', 'PERSON ' || i, 'p' || i || '@example.jp',
  '+8190' || lpad(i::text, 8, '0'), date '1960-01-01' + (i * 31 % 17000)::int, '160-0023',
  'JP-' || lpad((i % 47 + 1)::text, 2, '0'), 'City ' || i % 1900, 'Town ' || i % 9000, 'Engineer',
  (ARRAY['NONE', 'BY_STATUS', 'DESIGNATED', 'NOT_PERMITTED'])[i % 4 + 1], current_date + (i % 1500 - 100)::int,
  '\\x00'::bytea, CASE WHEN i % 20 = 0 THEN marks.one ELSE 'mark-' || i % 190 END, '{{}}'
FROM generate_series({first}::bigint, {last}::bigint) i, (
  SELECT card_nationality_mark AS one FROM users WHERE card_nationality_mark NOT LIKE 'mark%' ORDER BY id LIMIT 1
) marks
"""
CONSENTS = """
INSERT INTO consents (id, user_id, purpose, recipient, state, given_at, notice_version, language, method,
  foreign_informed)
SELECT 'c' || i, substr(md5(i::text) || md5(i::text || 'x'), 1, 26), 'service.application',
  CASE WHEN i % 100 = 0 THEN 'employer-a' ELSE 'employer-' || i % 700 END, 'GIVEN', now(), '1', 'en', 'CLICK', false
FROM generate_series({first}::bigint, {last}::bigint) i
"""
APPLICATIONS = """
INSERT INTO applications (id, user_id, employer, stage, applied_at, changed_at)
SELECT 'a' || i, substr(md5(i::text) || md5(i::text || 'x'), 1, 26),
  CASE WHEN i % 100 = 0 THEN 'employer-a' ELSE 'employer-' || i % 700 END, 'INTERVIEW', now(), now()
FROM generate_series({first}::bigint, {last}::bigint) i WHERE i % 2 = 0
"""
HOLDS = """
INSERT INTO holds (id, user_id, reference, purpose, recipient, ground, placed_at)
SELECT 'h' || i, substr(md5(i::text) || md5(i::text || 'x'), 1, 26), 'r', 'promotion', 'any', 'HARM', now()
FROM generate_series({first}::bigint, {last}::bigint) i WHERE i % 500 = 7
"""
ERASURES = """
INSERT INTO erasures (user_id, ground, erased_at)
SELECT substr(md5(i::text) || md5(i::text || 'x'), 1, 26), 'REQUEST', now()
FROM generate_series({first}::bigint, {last}::bigint) i WHERE i % 2000 = 11
"""
ACCESSES = """
INSERT INTO accesses (id, at, request_id, client, role, purpose, recipient, operation, edition, outcome, users,
  arguments, touched, groups, refs)
SELECT (({start} + i * {step}) << {shift}) | ({batch} << 11) | (i & 2047),
  to_timestamp(({start} + i * {step}) / 1000.0), md5(i::text),
  'client-' || i % 300, 'employer', 'service.application', 'employer-' || i % 700, NULL, 'e', 'RELEASED', 1, '',
  ' 0 ', '[{{"n":1,"released":"1","withheld":"","basis":["CONSENT"]}}]', int8send({ref} + i % {people} + 1)
FROM generate_series({first}::bigint, {last}::bigint) i
"""
INDEXED = """
INSERT INTO access_people (ref, accesses)
SELECT {ref} + i % {people} + 1, int8send((({start} + i * {step}) << {shift}) | ({batch} << 11) | (i & 2047))
FROM generate_series({first}::bigint, {last}::bigint) i
"""


async def add_people(connection: "asyncpg.Connection[Any]", first: int, last: int) -> None:
    """The people numbered `first` to `last`, their consents and applications, and what restrains some of them."""
    for statement in (PEOPLE, CONSENTS, APPLICATIONS, HOLDS, ERASURES):
        await connection.execute(statement.format(ref=FIRST_REF, first=first, last=last))


async def add_accesses(
    store: Store, connection: "asyncpg.Connection[Any]", count: int, people: int, now: datetime
) -> None:
    """So many accesses over the last months, each of one of the people, and the provisions among them."""
    batch = 1 + await connection.fetchval("SELECT count(*) FROM access_people WHERE id < 100") % 1024
    began = now - timedelta(days=DAYS)
    await make_months(store, began, ahead=1 + DAYS // 28)
    start, step = int(began.timestamp() * 1000), DAYS * 86_400_000 // (count + 1)
    given = {
        "ref": FIRST_REF,
        "start": start,
        "step": step,
        "shift": CLOCK_SHIFT,
        "people": people,
        "batch": batch,
    }
    for statement in (ACCESSES, INDEXED):
        await connection.execute(statement.format(first=1, last=count, **given))
    names = [name for name, _ in PROVISIONS.columns]
    rows = _provisions(count, people, start, step, batch)
    await connection.copy_records_to_table("provisions", records=rows, columns=names)


def _provisions(count: int, people: int, start: int, step: int, batch: int) -> Iterator[tuple[Any, ...]]:
    for i in range(SHARE, count + 1, SHARE):
        moment = start + i * step
        number, ref = moment << CLOCK_SHIFT | batch << 11 | (i & 2047), FIRST_REF + i % people + 1
        at = datetime.fromtimestamp(moment / 1000, UTC)
        who = f"employer-{i % 700}"
        told = (who, "Name", "Address", "Representative", "1", "CONSENT", at, at, at.date(), *SINGLY)
        yield (provision_id(number, ref), number, ref, *told)


async def settle(connection: "asyncpg.Connection[Any]") -> None:
    """Fresh statistics and visibility, as the server's own housekeeping makes them in time."""
    await connection.execute("VACUUM (ANALYZE)")
