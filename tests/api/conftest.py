"""A real browser for the pages."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

from tests import browser as chromium


@pytest.fixture(scope="session")
async def chrome() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(
            executable_path=chromium.chromium(), args=chromium.arguments(), chromium_sandbox=False
        )
        yield opened
        await opened.close()
