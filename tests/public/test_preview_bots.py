"""Who makes the cards under shared links gets the page, though it accepts anything."""

import pytest

from public.answers import HTML, JSON, LD_JSON, representation

BOTS = {
    "LinkedIn": "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient"
    " +http://www.linkedin.com)",
    "Slack": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Slack, once shared": "Slackbot 1.0 (+https://api.slack.com/robots)",
    "Discord": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "WhatsApp": "WhatsApp/2.23.20.0 A",
    "Telegram": "TelegramBot (like TwitterBot)",
    "Teams": "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5"
    " skype-url-preview@microsoft.com",
    "Microsoft": "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible;"
    " MicrosoftPreview/2.0; +https://aka.ms/MicrosoftPreview) Chrome/100.0.4896.127 Safari/537.36",
    "Mastodon": "Mastodon/4.3.0 (http.rb/5.2.0; +https://mastodon.social/) Bot",
    "Mastodon of old": "http.rb/5.1.1 (Mastodon/4.2.1; +https://mastodon.social/) Bot",
    "Bluesky": "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)",
    "Facebook": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "Facebot": "Facebot",
    "iMessage": "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like"
    " Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "Meta": "meta-externalagent/1.1"
    " (+https://developers.facebook.com/docs/sharing/webmasters/crawler)",
    "X": "Twitterbot/1.0",
    "Embedly": "Mozilla/5.0 (compatible; Embedly/0.2; +http://support.embed.ly/)",
    "Google": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Google, on phones": "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P)"
    " AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36 (compatible;"
    " Googlebot/2.1; +http://www.google.com/bot.html)",
    "GoogleOther": "GoogleOther",
    "Google's inspection": "Mozilla/5.0 (compatible; Google-InspectionTool/1.0;)",
    "Pinterest": "Mozilla/5.0 (compatible; Pinterestbot/1.0; +http://www.pinterest.com/bot.html)",
}
OTHERS = [
    "",
    "curl/8.5.0",
    "python-requests/2.32.3",
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Ruby",
    "Moodle/4.5 (https://moodle.example)",
    "Java/17.0.9",
    "axios/1.7.2",
    "okhttp/4.12.0",
]


@pytest.mark.parametrize("bot", BOTS.values(), ids=BOTS)
def test_a_bot_gets_the_page_unless_it_prefers_json(bot: str) -> None:
    for accept in ("", "*/*", "text/html, */*;q=0.1", "text/*", "image/*, */*;q=0.8"):
        assert representation(accept, bot, json_suffix=False) == HTML, accept
    assert representation("application/json", bot, json_suffix=False) == JSON
    assert representation("application/json, */*;q=0.5", bot, json_suffix=False) == JSON
    activity = 'application/activity+json, application/ld+json; profile="x", text/html;q=0.1'
    assert representation(activity, bot, json_suffix=False) == LD_JSON
    assert representation("*/*", bot, json_suffix=True) == JSON


@pytest.mark.parametrize("agent", OTHERS)
def test_all_others_get_json_unless_they_prefer_the_page(agent: str) -> None:
    for accept in ("", "*/*", "application/*"):
        assert representation(accept, agent, json_suffix=False) == LD_JSON
    assert representation("text/html, */*;q=0.8", agent, json_suffix=False) == HTML


def test_over_the_address_itself(client, world) -> None:
    path = f"/public/assertions/{world.assertion.entity_id}"
    for suffix, content_type in (("", "text/html; charset=utf-8"), (".json", "application/json")):
        answer = client.get(path + suffix, headers={"User-Agent": BOTS["LinkedIn"]})
        assert answer["Content-Type"] == content_type
        assert answer["Vary"] == "Accept, User-Agent"
    unknown = client.get("/public/assertions/unknown", headers={"User-Agent": BOTS["LinkedIn"]})
    assert unknown.status_code == 404
    assert unknown["Content-Type"].startswith("text/html")
