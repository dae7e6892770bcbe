"""What the commands about drafts and editions tell, in both languages."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from api.cli.told import Language
from models.formats.wrong import Sentence, read_sentences

SENTENCES: Final[Mapping[str, Sentence]] = read_sentences(Path(__file__).with_name("policy_sentences.csv"))
"""The sentences by code; `{…}` stands for a name or a number."""


def say(code: str, lang: Language, **named: object) -> str:
    """A sentence, its numbers with commas."""
    told = {name: f"{each:,}" if isinstance(each, int) else str(each) for name, each in named.items()}
    return SENTENCES[code].of(lang).format_map(told)
