"""Work on a draft that takes too long: it is ended, whoever asked is told how to go on, and nothing was changed."""

import pytest

from api.workshop import Workshop, WorkshopLate
from tests.drafts.desk import ADMIN, changing, drafted, read, row, send
from tests.world import World


async def late(_workshop: Workshop, _function: object, *_args: object) -> None:
    raise WorkshopLate


async def test_work_that_takes_too_long_is_refused_in_a_sentence(
    rules: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = await drafted(rules)
    edits = [row("rules", "application-contact", note_en="Other words")]
    said = {"i": {"draft": draft["id"], "ifVersion": draft["version"], "edits": edits}}
    with monkeypatch.context() as patch:
        patch.setattr(Workshop, "run", late)
        told = [
            await send(rules, ADMIN, changing("editDraft", "id"), said, language=language)
            for language in ("en", "ja")
        ]
    for answer, words in zip(told, ("was ended: change less in one draft", "中止しました"), strict=True):
        (error,) = answer["errors"]
        extensions = error["extensions"]
        assert (answer["status"], extensions["code"], extensions["limit"], extensions["most"]) == (
            503,
            "LIMIT_EXCEEDED",
            "work_seconds",
            60,
        )
        assert words in error["message"]
    assert (await read(rules, draft["id"]))["version"] == draft["version"]
