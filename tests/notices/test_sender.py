"""The sender against receivers that fail, hang and lie: nobody else is harmed, and no notice is lost."""

import asyncio
from datetime import timedelta

import pytest
from joserfc.errors import InvalidKeyIdError
from structlog.testing import capture_logs

from api.notices.carrier import FIRST_WAIT, LONGEST_WAIT, MOST_TRIES, wait_after
from models.database.opening import opened
from models.database.store import StoreUnavailable
from models.notices.box import LEASE
from models.notices.withdrawal import NoticeState, Trouble
from tests.notices.box import BEGAN, ISSUER, PURPOSE, Box
from tests.notices.receivers import Handler, Receiver, answer, receiver

EMPLOYER = "employer-a"
REFUSAL = b'{"err": "invalid_key", "description": "Taro Yamada, +819012345678"}'


async def test_a_notice_says_who_withdrew_which_purpose_when_and_nothing_else(
    box: Box, there: Receiver
) -> None:
    notice = await box.put(await box.to(EMPLOYER, there.url), "0123456789abcdef0123456789")
    async with box.sending():
        assert await box.outcome() == "TAKEN"
    (came,) = there.came
    assert came.line == "POST /notices HTTP/1.1"
    assert came.headers["content-type"] == "application/secevent+jwt"
    at = int(BEGAN.timestamp())
    assert came.claims(box.keys) == {
        "iss": ISSUER,
        "aud": EMPLOYER,
        "iat": at,
        "toe": at,
        "jti": notice,
        "sub_id": {"format": "opaque", "id": "0123456789abcdef0123456789"},
        "events": {f"{ISSUER}/notices/consent-withdrawn": {"purpose": PURPOSE}},
    }
    row = await box.row(notice)
    assert (row.state, row.tries, row.trouble, row.ended_at) == (NoticeState.TAKEN, 1, None, BEGAN)


async def endless_body(status: str, writer: asyncio.StreamWriter) -> None:
    writer.write(f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n\r\n".encode())
    while True:
        writer.write(b'{"err": ' + b" " * 65_536)
        await writer.drain()


def endless(status: str) -> Handler:
    return lambda _reader, writer: endless_body(status, writer)


async def endless_headers(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 202 Accepted\r\n")
    while True:
        writer.write(b"X-More: " + b"a" * 1000 + b"\r\n")
        await writer.drain()


async def hang(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.01)


async def leave(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


LIES: dict[str, tuple[bytes | Handler, Trouble]] = {
    "200 instead of 202": (answer("200 OK", b"ok"), Trouble.UNEXPECTED),
    "204 instead of 202": (answer("204 No Content"), Trouble.UNEXPECTED),
    "a refusal without a word": (answer("400 Bad Request"), Trouble.UNEXPECTED),
    "a refusal in HTML": (answer("400 Bad Request", b"<html>no</html>"), Trouble.UNEXPECTED),
    "a refusal that is a list": (answer("400 Bad Request", b'["err"]'), Trouble.UNEXPECTED),
    "a refusal by a number": (answer("400 Bad Request", b'{"err": 7}'), Trouble.UNEXPECTED),
    "a refusal without end": (endless("400 Bad Request"), Trouble.UNEXPECTED),
    "a refusal that drips": (drip, Trouble.TOO_SLOW),
    "unauthorized": (answer("401 Unauthorized"), Trouble.UNEXPECTED),
    "an outage": (answer("503 Service Unavailable", b"", Retry_After="1"), Trouble.UNEXPECTED),
    "headers without end": (endless_headers, Trouble.UNREACHABLE),
    "no HTTP at all": (b"SSH-2.0-OpenSSH_9.9\r\n", Trouble.UNREACHABLE),
    "leaving": (leave, Trouble.UNREACHABLE),
    "silence": (hang, Trouble.TOO_SLOW),
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_receiver_that_fails_hangs_or_lies_gets_the_notice_again_later(
    box: Box, there: Receiver, lie: str
) -> None:
    said, trouble = LIES[lie]
    if isinstance(said, bytes):
        there.answers = [said]
    else:
        there.handler = said
    notice = await box.put(await box.to(EMPLOYER, there.url))
    async with box.sending(longest=0.5):
        assert await box.outcome() == trouble
        row = await box.row(notice)
        assert (row.state, row.tries, row.trouble) == (NoticeState.WAITING, 1, trouble)
        assert FIRST_WAIT * 0.5 <= row.due_at - box.now <= FIRST_WAIT * 1.5
        assert row.leased_until is None
        there.handler = None
        box.later(seconds=46)
        assert await box.outcome() == "TAKEN"
    first, second = (each.claims(box.keys) for each in there.came)
    assert first == second


async def test_a_receiver_that_takes_it_and_never_ends_its_answer_has_taken_it(
    box: Box, there: Receiver
) -> None:
    there.handler = endless("202 Accepted")
    notice = await box.put(await box.to(EMPLOYER, there.url))
    async with box.sending():
        assert await box.outcome() == "TAKEN"
    assert (await box.row(notice)).state is NoticeState.TAKEN


async def test_no_redirect_is_followed(box: Box, there: Receiver) -> None:
    async with receiver() as elsewhere:
        there.answers = [answer("307 Temporary Redirect", b"", Location=elsewhere.url)]
        notice = await box.put(await box.to(EMPLOYER, there.url))
        async with box.sending():
            assert await box.outcome() == Trouble.REDIRECTED
        assert elsewhere.came == []
    assert (await box.row(notice)).state is NoticeState.WAITING


@pytest.mark.parametrize(
    ("body", "trouble"),
    [
        (REFUSAL, Trouble.INVALID_KEY),
        (b'{"err": "invalid_audience"}', Trouble.INVALID_AUDIENCE),
        (b'{"err": "Taro Yamada"}', Trouble.REFUSED),
    ],
)
async def test_a_refusal_is_final_and_nothing_of_it_is_kept_but_a_code(
    box: Box, there: Receiver, body: bytes, trouble: Trouble
) -> None:
    there.answers = [answer("400 Bad Request", body, Content_Type="application/json")]
    notice = await box.put(await box.to(EMPLOYER, there.url))
    with capture_logs() as lines:
        async with box.sending():
            assert await box.outcome() == trouble
    row = await box.row(notice)
    assert (row.state, row.trouble, row.ended_at) == (NoticeState.DEAD, trouble, box.now)
    assert lines == [
        {
            "event": "notice.dead",
            "log_level": "error",
            "recipient": EMPLOYER,
            "reason": trouble.value,
            "attempt": 1,
        }
    ]
    kept = await box.store.fetch("SELECT * FROM withdrawal_notices", {})
    assert "Yamada" not in str([tuple(each) for each in kept])


async def test_after_the_last_try_a_notice_is_dead_and_its_id_was_one_all_along(
    box: Box, there: Receiver
) -> None:
    there.answers = [answer("500 Internal Server Error")] * MOST_TRIES
    notice = await box.put(await box.to(EMPLOYER, there.url))
    async with box.sending():
        for tries in range(1, MOST_TRIES + 1):
            assert await box.outcome() == Trouble.UNEXPECTED
            row = await box.row(notice)
            assert row.tries == tries
            box.now = max(row.due_at, box.now)
    assert row.state is NoticeState.DEAD
    assert timedelta(days=1) < box.now - BEGAN < timedelta(days=6)
    said = [each.claims(box.keys) for each in there.came]
    assert len(said) == MOST_TRIES
    assert all(each == said[0] for each in said)
    assert said[0]["jti"] == notice


def test_waits_double_up_to_six_hours_and_are_spread() -> None:
    assert [wait_after(tries, 0.5) for tries in (1, 2, 3)] == [FIRST_WAIT, FIRST_WAIT * 2, FIRST_WAIT * 4]
    assert wait_after(MOST_TRIES * 2, 0.5) == LONGEST_WAIT
    assert (wait_after(1, 0.0), wait_after(1, 1.0)) == (FIRST_WAIT * 0.5, FIRST_WAIT * 1.5)


async def test_a_notice_is_signed_by_the_key_that_signs_when_it_is_tried(box: Box, there: Receiver) -> None:
    there.answers = [answer("500 Internal Server Error")]
    old = box.keys
    await box.put(await box.to(EMPLOYER, there.url))
    async with box.sending():
        await box.outcome()
        box.ring = Box(box.store).ring
        box.later(minutes=1)
        assert await box.outcome() == "TAKEN"
    first, second = there.came
    assert first.claims(old) == second.claims(box.keys)
    with pytest.raises(InvalidKeyIdError):
        second.claims(old)


async def test_without_a_key_that_signs_nothing_leaves(box: Box, there: Receiver) -> None:
    (key,) = box.ring.by_id.values()
    box.ring = type(box.ring).of([type(key)(key.key, key.made, retired=1.0)])
    notice = await box.put(await box.to(EMPLOYER, there.url))
    async with box.sending():
        assert await box.outcome() == Trouble.UNSIGNED
    assert there.came == []
    assert (await box.row(notice)).state is NoticeState.WAITING


async def test_a_receiver_that_hangs_holds_nobody_else_up(box: Box, there: Receiver) -> None:
    async with receiver() as silent:
        silent.handler = hang
        stuck = await box.put(await box.to("silent", silent.url))
        others = [await box.put(await box.to(EMPLOYER, there.url)) for _ in range(5)]
        async with box.sending(longest=3600):
            await silent.until(1)
            assert [await box.outcome() for _ in others] == ["TAKEN"] * 5
        assert (await box.row(stuck)).state is NoticeState.WAITING


async def test_a_sender_that_stops_waits_for_no_receiver(box: Box, there: Receiver) -> None:
    there.handler = hang
    notice = await box.put(await box.to(EMPLOYER, there.url))
    sender = box.sender(longest=3600)
    sender.start()
    await there.until(1)
    await asyncio.wait_for(sender.stop(), 30)
    row = await box.row(notice)
    assert (row.state, row.tries) == (NoticeState.WAITING, 1)
    there.handler = None
    async with box.sending():
        box.now += LEASE
        assert await box.outcome() == "TAKEN"
    assert [each.claims(box.keys)["jti"] for each in there.came] == [notice, notice]


async def test_a_later_notice_about_the_same_person_waits_for_the_earlier_one(
    box: Box, there: Receiver
) -> None:
    there.answers = [answer("500 Internal Server Error")]
    to, person = await box.to(EMPLOYER, there.url), "0" * 26
    first = await box.put(to, person)
    async with box.sending():
        assert await box.outcome() == Trouble.UNEXPECTED
        box.later(seconds=1)
        second, other = await box.put(to, person), await box.put(to)
        assert await box.outcome() == "TAKEN"
        assert (await box.row(other)).state is NoticeState.TAKEN
        assert (await box.row(second)).tries == 0
        box.later(minutes=1)
        assert [await box.outcome(), await box.outcome()] == ["TAKEN", "TAKEN"]
    assert [each.claims(box.keys)["jti"] for each in there.came] == [first, other, first, second]


async def test_several_senders_on_one_database_post_each_notice_once(
    box: Box, there: Receiver, database_url: str
) -> None:
    to = await box.to(EMPLOYER, there.url)
    notices = {await box.put(to) for _ in range(40)}
    async with opened(database_url, pool_size=4) as second, box.sending(), box.sending(store=second):
        assert [await box.outcome() for _ in notices] == ["TAKEN"] * 40
    came = [each.claims(box.keys)["jti"] for each in there.came]
    assert sorted(came) == sorted(notices)


async def test_a_recipient_whose_address_was_corrected_gets_what_waited(box: Box, there: Receiver) -> None:
    notice = await box.put(await box.to(EMPLOYER, ""))
    async with box.sending():
        assert await box.outcome() == Trouble.NO_ADDRESS
        await box.to(EMPLOYER, there.url)
        box.later(minutes=1)
        assert await box.outcome() == "TAKEN"
    assert (await box.row(notice)).tries == 2


@pytest.mark.parametrize("fault", [StoreUnavailable("gone"), RuntimeError("a bug")])
@pytest.mark.parametrize("call", ["rows", "transaction"])
async def test_a_database_that_fails_now_and_then_ends_no_sender(
    box: Box, there: Receiver, monkeypatch: pytest.MonkeyPatch, call: str, fault: Exception
) -> None:
    works, left = getattr(box.store, call), [fault] * 3

    def failing(*given: object) -> object:
        if left:
            raise left.pop()
        return works(*given)

    await box.put(await box.to(EMPLOYER, there.url))
    monkeypatch.setattr(box.store, call, failing)
    async with box.sending():
        assert await box.outcome() == "TAKEN"
    assert left == []


async def test_with_nothing_due_a_look_is_one_short_statement(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    rows, seen = box.store.rows, asyncio.Event()

    async def watched(text: str, args: object) -> object:
        asked.append(text)
        if len(asked) > 3:
            seen.set()
        return await rows(text, args)

    monkeypatch.setattr(box.store, "rows", watched)
    async with box.sending():
        await asyncio.wait_for(seen.wait(), 30)
    assert {text.split()[0] for text in asked} == {"SELECT"}
    assert sum("GROUP BY" in text for text in asked) == 1
