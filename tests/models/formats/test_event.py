"""Properties of reading an event: whatever it holds it is read or refused, and what is personal is found through encodings."""

import base64
import html
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.formats.event import KEYS, read_event
from models.formats.personal_text import DEEPEST, looks_personal

PERSONAL = ("taro.yamada@mail.example", "+819012345678", "090-1234-5678", "AB12345678CD", "123456789018")
ENCODINGS: tuple[Callable[[str], str], ...] = (
    lambda text: quote(text, safe=""),
    lambda text: base64.b64encode(text.encode()).decode(),
    lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    lambda text: text.encode().hex(),
    html.escape,
    lambda text: "".join(f"&#{ord(each)};" for each in text),
    lambda text: "".join(f"\\u{ord(each):04x}" for each in text),
    lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
)
PLAIN = (
    "https://jobs.example/ja/search/kaigo-tokyo",
    "https://jobs.example/jobs/1234567",
    "https://jobs.example/2026/11/22/news",
    "https://jobs.example/%E6%B1%82%E4%BA%BA/%E6%9D%B1%E4%BA%AC",
    "job:1234",
    "page.top",
    "3f0a1c9e-5b7d-4e21-9c3a-0d1e2f3a4b5c",
    "SMARTPHONE",
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(
    text=st.sampled_from(PERSONAL),
    encodings=st.lists(st.sampled_from(ENCODINGS), max_size=DEEPEST - 1),
    around=st.sampled_from(("{}", "https://jobs.example/{}", "https://jobs.example/a/{}/b", "x:{}")),
)
def test_what_is_personal_is_found_through_encodings_within_each_other(
    text: str, encodings: list[Callable[[str], str]], around: str
) -> None:
    for encode in encodings:
        text = encode(text)
    assert looks_personal(around.format(text))


@pytest.mark.parametrize("text", PLAIN)
def test_what_is_plain_is_not_taken_for_personal(text: str) -> None:
    assert not looks_personal(text)


@given(given_event=JSON | st.dictionaries(st.sampled_from((*KEYS, "locationConsent")), JSON))
def test_whatever_comes_is_read_or_every_mistake_told_without_its_value(given_event: Any) -> None:
    event = read_event(given_event)
    assert event.fields.keys() <= {f"Event.{key}" for key in KEYS}
    for mistake in event.mistakes:
        assert mistake.path in {"", *KEYS, "locationConsent"} or mistake.path in given_event
        assert mistake.wrong.en
        assert mistake.wrong.ja
