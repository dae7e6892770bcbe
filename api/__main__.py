"""`python -m api` is `mokuteki`."""

from api.cli.main import run

run()
