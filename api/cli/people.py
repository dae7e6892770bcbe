"""`mokuteki people import`: a file of people through the gateway's own door, with what became of each."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import httpx
import orjson
import typer

from api.cli.shared import CommandError, bar, err, examples, out, settings_of_server, shown

BATCH = 50
"""People in one operation."""

PATIENCE = 60.0
"""Seconds that an answer may take."""

IMPORT = """
mutation Import($input: RegisterManyInput!) @purpose(id: "service.account") {
  registerMany(input: $input) { results { index user { id } mistakes { path code message } } }
}
"""

people = typer.Typer(help="People, many at a time.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    people.command(
        "import",
        epilog=examples("mokuteki people import people.jsonl --token $TOKEN --results results.jsonl"),
    )(import_)
    app.add_typer(people, name="people")


@dataclass(frozen=True, slots=True)
class Line:
    """One person of the file."""

    number: int
    given: Any


def import_(
    file: Annotated[
        Path,
        typer.Argument(
            help='JSON Lines: on each line `{"user": {…}, "notice": {…}}`, as `register` takes it.'
        ),
    ],
    token: Annotated[
        str, typer.Option(envvar="TOKEN", help="An access token of a frontend.", show_default=False)
    ],
    url: Annotated[str, typer.Option(help="The gateway; that of the settings if left out.")] = "",
    results: Annotated[
        Path | None, typer.Option(help="Where to write what became of each line; never what was entered.")
    ] = None,
    language: Annotated[str, typer.Option(help="The language of the mistakes: `ja` or `en`.")] = "en",
) -> None:
    """Register the people of a file; a mistake in one keeps nobody else out, and the same file twice registers once."""
    text = _read(file)
    lines = list(_lines(file, text))
    address = (url or settings_of_server().issuer).rstrip("/") + "/graphql"
    key = hashlib.sha256(text).hexdigest()
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}
    registered = wrong = 0
    told: list[dict[str, Any]] = []
    with httpx.Client(timeout=PATIENCE, headers=headers) as http, bar("registering", len(lines)) as progress:
        for start in range(0, len(lines), BATCH):
            batch = lines[start : start + BATCH]
            for line, result in zip(batch, _send(http, address, batch, f"{key}-{start}"), strict=True):
                registered += not result["mistakes"]
                wrong += bool(result["mistakes"])
                told.append(_told(line, result))
            shown(progress)(start + len(batch), len(lines))
    if results is not None:
        results.write_bytes(b"".join(orjson.dumps(each) + b"\n" for each in told))
    for each in told:
        for mistake in each["mistakes"]:
            err.print(
                f"line {each['line']}: {mistake['path']}: {mistake['message']}", markup=False, soft_wrap=True
            )
    out.print(f"{registered} registered, {wrong} not")
    if wrong:
        raise typer.Exit(1)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"`{file}` cannot be read: name a file of JSON Lines") from error


def _lines(file: Path, text: bytes) -> Iterator[Line]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            yield Line(number, orjson.loads(line))
        except orjson.JSONDecodeError:
            raise CommandError(f"`{file}` line {number} is no JSON: write one object on each line") from None


def _send(http: httpx.Client, address: str, batch: Sequence[Line], key: str) -> list[dict[str, Any]]:
    """What became of each person of a batch.

    Raises:
        CommandError: the gateway did not take it; nothing of this batch was registered, or it says so.
    """
    body = {"query": IMPORT, "variables": {"input": {"people": [line.given for line in batch]}}}
    where = f"lines {batch[0].number} to {batch[-1].number}"
    try:
        response = http.post(address, json=body, headers={"Idempotency-Key": key})
        answer = response.json()
    except (httpx.HTTPError, ValueError) as error:
        raise CommandError(
            f"the gateway did not answer about {where} ({type(error).__name__}): run it again, nobody comes in twice"
        ) from error
    if answer.get("data") is None:
        first = answer["errors"][0]
        raise CommandError(f"{where} were refused: {first['message']} ({first['extensions']['code']})")
    found: list[dict[str, Any]] = answer["data"]["registerMany"]["results"]
    return found


def _told(line: Line, result: dict[str, Any]) -> dict[str, Any]:
    user = result["user"]
    place = f"input.people.{result['index']}."
    mistakes = [{**each, "path": each["path"].removeprefix(place)} for each in result["mistakes"]]
    return {"line": line.number, "user": user and user["id"], "mistakes": mistakes}
