"""What everybody is told of what leaves a browser: the three matters, the opt-out, in Japanese with English beside."""

from tests.events.site import Site


async def test_the_page_and_the_json_tell_what_is_announced_today(site: Site) -> None:
    await site.end_notices("analytics")
    await site.notice("analytics", recipient_ja="<b>架空</b>", items_en="the pages", limits_ja="制限なし")
    await site.notice("ad-network", published_at=None)
    (company,) = (await site.world.http.get("/privacy/transmissions.json")).json()["companies"]
    assert (company["recipient"], company["country"]) == ("analytics", "US")
    assert company["items"][0] == "Event.url"
    assert (company["sent"]["en"], company["purpose"]["ja"]) == ("the pages", "サイトの利用状況の分析")
    matters = company["optOut"]
    assert matters["url"] == "https://analytics.example/opt-out"
    assert matters["limits"] == {"ja": "制限なし", "en": ""}
    assert all(matters[name]["ja"] for name in ("exists", "stops", "how", "limits"))
    page = await site.world.http.get("/privacy/transmissions")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    for text in (
        "サイトの利用状況の分析",
        '米国 <span lang="en">United States</span>',
        "閲覧したページのURL",
        "https://analytics.example/opt-out",
        "制限なし",
    ):
        assert text in page.text
    assert "<b>" not in page.text
    assert "&lt;b&gt;架空" in page.text
    assert 'lang="ja"' in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_what_is_ended_or_closed_is_announced_no_more(site: Site) -> None:
    await site.company("analytics", status="STOPPED")
    assert (await site.world.http.get("/privacy/transmissions.json")).json()["companies"] == []
    await site.company("analytics", status="ACTIVE")
    assert len((await site.world.http.get("/privacy/transmissions.json")).json()["companies"]) == 1
    await site.end_notices("analytics")
    page = await site.world.http.get("/privacy/transmissions")
    assert "情報を送っている会社はありません" in page.text
