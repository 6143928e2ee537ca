"""OPML in and out: the lists of feeds that people bring along, odd and hostile ones too."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.management import CommandError, call_command

from ingest.following.opml import DEEPEST, MOST_BYTES, Line, OpmlError, import_opml, read_opml
from ingest.following.sources import add_source
from ingest.models import Address, Fetch, Source
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


def opml(*outlines: str, head: str = "") -> bytes:
    return f'<?xml version="1.0"?><opml version="2.0">{head}<body>{"".join(outlines)}</body></opml>'.encode()


def feed(url: str = "https://a.example/feed", name: str = "A", **more: str) -> str:
    stated = {"type": "rss", "text": name, "xmlUrl": url, **more}
    attributes = " ".join(f"{key}='{value}'" for key, value in stated.items())
    return f"<outline {attributes}/>"


def imported(body: bytes) -> list[Line]:
    return list(import_opml(body, now=NOW))


def results(body: bytes) -> list[str]:
    return [line.result for line in imported(body)]


def named(**wanted: Any) -> Source:
    return Source.objects.get(**wanted)


# In


def test_what_a_file_lists_is_followed_on_probation_and_not_fetched() -> None:
    body = opml('<outline text="Labs">', feed("https://a.example/feed", "A lab"), "</outline>")
    assert results(body) == ["added"]
    source = named(url="https://a.example/feed")
    assert (source.name, source.category, source.kind, source.proven_at) == ("A lab", "Labs", "feed", None)
    assert source.next_at == NOW
    assert not Fetch.objects.filter(source=source).exists()


def test_imported_twice_nothing_is_followed_twice() -> None:
    body = opml(feed("https://a.example/feed"), feed("https://b.example/feed"))
    assert results(body) == ["added", "added"]
    before = Source.objects.count()
    assert results(body) == ["there already", "there already"]
    assert Source.objects.count() == before


@pytest.mark.parametrize(
    "other",
    [
        "http://a.example/feed",
        "https://www.a.example/feed/",
        "HTTPS://A.example:443/feed#top",
        "https://a.example/feed?utm_source=opml",
    ],
)
def test_the_same_address_written_otherwise_is_there_already(other: str) -> None:
    source = add_source("https://a.example/feed", now=NOW)
    [line] = imported(opml(feed(other)))
    assert (line.result, line.source) == ("there already", source.pk)


def test_an_address_at_which_a_source_was_followed_once_is_there_already() -> None:
    source = add_source("https://first.example/feed", now=NOW)
    Source.objects.filter(pk=source.pk).update(url="https://now.example/feed", host="now.example")
    Address.objects.create(source=source, role="former", url="https://between.example/feed", first_at=NOW, last_at=NOW)
    body = opml(*(feed(f"https://{host}.example/feed") for host in ("first", "between", "now")))
    assert [(line.result, line.source) for line in imported(body)] == [("there already", source.pk)] * 3
    assert add_source("https://between.example/feed/", now=NOW) == Source.objects.get(pk=source.pk)


def test_a_feed_listed_twice_in_one_file_is_followed_once() -> None:
    assert results(opml(feed(), feed(name="Again"), feed("http://a.example/feed/"))) == [
        "added",
        "there already",
        "there already",
    ]


def test_a_retired_source_is_followed_again() -> None:
    source = add_source("https://a.example/feed", now=NOW)
    Source.objects.filter(pk=source.pk).update(retired_at=NOW, read_at="a registry that lists it no more")
    [line] = imported(opml(feed()))
    assert (line.result, line.reason) == ("added", "was retired")
    source.refresh_from_db()
    assert (source.retired_at, source.read_at) == (None, "")


@pytest.mark.parametrize(
    ("outline", "reason"),
    [
        ('<outline type="rss" text="Nothing"/>', "Nothing names no feed (it has no xmlUrl)"),
        (feed(""), "A names no feed (it has no xmlUrl)"),
        (feed("ftp://a.example/feed"), "is no web address"),
        (feed("javascript:alert(1)"), "is no web address"),
        (feed("file:///etc/passwd"), "is no web address"),
        (feed("feed.xml"), "is no web address"),
        (feed("https://[::1/feed"), "is no web address"),
        (feed("https://a.example:port/feed"), "is no web address"),
        (feed(f"https://a.example/{'x' * 1000}"), "longer than 1,000 characters"),
        (feed("https://me:secret@a.example/feed"), "user name or password"),
    ],
)
def test_what_cannot_be_followed_is_refused_with_its_reason_and_the_rest_is_followed(outline: str, reason: str) -> None:
    refused, added = imported(opml(outline, feed("https://b.example/feed")))
    assert refused.result == "refused"
    assert reason in refused.reason
    assert "\n" not in str(refused)
    assert added.result == "added"


@pytest.mark.parametrize(
    ("outline", "name"),
    [
        ('<outline text="Text" xmlUrl="https://a.example/feed"/>', "Text"),
        ('<outline title="Title" text="Text" xmlUrl="https://a.example/feed"/>', "Title"),
        ('<outline TEXT="Shouted" XMLURL="https://a.example/feed"/>', "Shouted"),
        ('<Outline text="Other case" xmlurl="https://a.example/feed"/>', "Other case"),
        ('<outline text="R&amp;D &amp;amp; more &eacute;" xmlUrl="https://a.example/feed"/>', "R&D & more é"),
        ('<outline text="Bare & left" xmlUrl="https://a.example/feed"/>', "Bare & left"),
        ('<outline text="&#34;Quoted&#34;" xmlUrl="https://a.example/feed"/>', '"Quoted"'),
        ('<outline text="&lt;b&gt;Bold&lt;/b&gt;" xmlUrl="https://a.example/feed"/>', "Bold"),
        ('<outline xmlUrl="https://a.example/feed"/>', "a.example"),
        ('<outline text="rss" xmlUrl="  https://a.example/feed  "/>', "a.example"),
        ("<outline text='" + "long " * 100 + "' xmlUrl='https://a.example/feed'/>", None),
    ],
)
def test_odd_outlines_are_read_as_they_are_meant(outline: str, name: str | None) -> None:
    assert results(opml(outline)) == ["added"]
    stored = named(url="https://a.example/feed").name
    assert stored == name if name else len(stored) <= 200


def test_an_ampersand_in_an_address_stays_one() -> None:
    wanted = "https://a.example/feed?a=1&copy=2"
    assert [outline.url for outline in read_opml(opml(feed("https://a.example/feed?a=1&amp;copy=2")))] == [wanted]
    assert [outline.url for outline in read_opml(opml(feed("https://a.example/feed?a=1&copy=2")))] == [wanted]
    assert [outline.url for outline in read_opml(opml(feed("https://a.example/feed?a=1&amp;amp;copy=2")))] == [wanted]


def test_groups_are_categories_the_nearest_first_and_an_attribute_where_there_is_none() -> None:
    nested = f'<outline text="Outer"><outline title="Inner">{feed("https://a.example/1")}</outline>'
    nested += f"{feed('https://a.example/2')}</outline>"
    alone = feed("https://a.example/3", category="/Cloud/Prices,/Other") + feed("https://a.example/4")
    inside = f'<outline text="A feed" xmlUrl="https://a.example/5">{feed("https://a.example/6")}</outline>'
    found = {outline.url[-1]: outline.category for outline in read_opml(opml(nested, alone, inside))}
    assert found == {"1": "Inner", "2": "Outer", "3": "Prices", "4": "", "5": "", "6": ""}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "iso-8859-1", "windows-1252"])
def test_encodings_and_byte_order_marks(encoding: str) -> None:
    declared = encoding.removesuffix("-sig").removesuffix("-le-bom")
    text = f'<?xml version="1.0" encoding="{declared}"?><opml><body>{feed(name="Café")}</body></opml>'
    body = b"\xff\xfe" + text.encode("utf-16-le") if encoding.endswith("-bom") else text.encode(encoding)
    assert [outline.name for outline in read_opml(body)] == ["Café"]


def test_bytes_that_lie_about_their_encoding_and_control_characters_are_repaired() -> None:
    body = b'<?xml version="1.0" encoding="utf-16"?><opml><body>' + feed(name="Ca\x08fé").encode()
    assert [outline.name for outline in read_opml(body + b"</body></opml>")] == ["Café"]


def test_a_document_type_that_only_names_the_root_does_no_harm() -> None:
    assert len(read_opml(b"<!DOCTYPE opml>" + opml(feed()).partition(b"?>")[2])) == 1


# Hostile

BOMB = "".join(f"<!ENTITY e{n} '{10 * ('&e' + str(n - 1) + ';')}'>" for n in range(1, 9))
HOSTILE = {
    "an external entity": ('<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "&x;"),
    "an entity bomb": (f'<!DOCTYPE opml [<!ENTITY e0 "ha">{BOMB}]>', "&e8;"),
    "a quadratic blow-up": ("<!DOCTYPE opml [<!ENTITY a '" + "a" * 50_000 + "'>]>", "&a;" * 50_000),
    "an external document type": ('<!DOCTYPE opml SYSTEM "http://127.0.0.1:9/evil.dtd">', "A"),
    "a public document type": ('<!DOCTYPE opml PUBLIC "-//X//Y" "http://127.0.0.1:9/evil.dtd">', "A"),
    "a parameter entity": ('<!DOCTYPE opml [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>', "A"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_document_types_are_refused_before_anything_is_followed(what: str) -> None:
    doctype, name = HOSTILE[what]
    body = f'<?xml version="1.0"?>{doctype}<opml><body>{feed(name=name)}</body></opml>'.encode()
    before = Source.objects.count()
    with pytest.raises(OpmlError, match=r"which is refused|are refused"):
        imported(body)
    assert Source.objects.count() == before


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf  \n", "is empty"),
        (b"not xml at all", "is not well-formed XML"),
        (b"<rss version='2.0'><channel/></rss>", "is XML (<rss>), but not OPML"),
        (b"<html><body>Sign in</body></html>", "but not OPML"),
        (opml(feed())[:-20], "is not well-formed XML"),
        (b'{"opml": []}', "is not well-formed XML"),
        (opml(f"<outline text='x'>{'<outline>' * 200}"), f"nests deeper than {DEEPEST} levels"),
        (b" " * MOST_BYTES + opml(feed()), "is larger than 10 MiB"),
        (b"\x00\xff\x07" * 5000, "is not well-formed XML"),
    ],
)
def test_a_wrong_file_is_one_line(body: bytes, told: str) -> None:
    with pytest.raises(OpmlError) as error:
        imported(body)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


# The commands


def run(*arguments: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    call_command("source", *arguments)
    return capsys.readouterr().out.splitlines()


def test_the_import_reports_line_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_source("https://b.example/feed", now=NOW, name="B")
    file = tmp_path / "feeds.opml"
    file.write_bytes(opml(feed(), feed("https://b.example/feed", "B"), feed("gopher://c.example", "C")))
    assert run("import", str(file), capsys=capsys) == [
        "added: https://a.example/feed (A)",
        "there already: https://b.example/feed (B)",
        "refused: 'gopher://c.example' is no web address (http or https)",
    ]


def test_the_import_reads_standard_input_and_writes_json_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(opml(feed(name="Café"), feed("x:y", "C")))))
    lines = [json.loads(line) for line in run("import", "-", "--json", capsys=capsys)]
    assert [(line["result"], line["url"], line["name"]) for line in lines] == [
        ("added", "https://a.example/feed", "Café"),
        ("refused", "x:y", "C"),
    ]
    assert lines[0]["source"] == named(url="https://a.example/feed").pk


def test_a_wrong_file_ends_the_import_with_one_line(tmp_path: Path) -> None:
    file = tmp_path / "feeds.opml"
    file.write_bytes(b"<rss/>")
    with pytest.raises(CommandError, match=r"feeds\.opml is XML \(<rss>\), but not OPML$"):
        call_command("source", "import", str(file))
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("source", "import", str(tmp_path / "nowhere.opml"))


# Out


def test_what_is_exported_can_be_imported_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add_source("https://a.example/feed?a=1&b=2", now=NOW, name='A "quoted" & <marked> name', category="Labs")
    add_source("https://c.example/api.json", now=NOW, name="A catalogue", kind="models_dev", company="amazon")
    add_source("https://b.example/feed", now=NOW, name="Without a category")
    file = tmp_path / "out.opml"
    run("export", "--output", str(file), capsys=capsys)
    before = sorted(Source.objects.filter(retired_at=None, live=True, gone_at=None).values_list("url", "name", "kind"))
    assert "\n".join(run("export", capsys=capsys)) + "\n" == file.read_text()
    assert {line.partition(":")[0] for line in run("import", str(file), capsys=capsys)} == {"there already"}

    mine = Source.objects.filter(url__contains=".example/")
    states = sorted(mine.values_list("url", "name", "kind", "category", "company__slug"))
    mine.delete()
    lines = run("import", str(file), capsys=capsys)
    assert sum(line.startswith("added: ") for line in lines) == len(states)
    assert sorted(mine.values_list("url", "name", "kind", "category", "company__slug")) == states
    after = sorted(Source.objects.filter(retired_at=None, live=True, gone_at=None).values_list("url", "name", "kind"))
    assert after == before


def test_the_export_is_opml_2_and_takes_no_catalogue_for_a_feed(capsys: pytest.CaptureFixture[str]) -> None:
    add_source("https://c.example/api.json", now=NOW, name="A catalogue", kind="models_dev")
    add_source("https://a.example/feed", now=NOW, name="A", category="Labs")
    root = ElementTree.fromstring("\n".join(run("export", capsys=capsys)).encode())
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert root.find("head/title") is not None
    feeds = {outline.get("xmlUrl") for outline in root.iter("outline") if outline.get("type") == "rss"}
    assert "https://a.example/feed" in feeds
    assert "https://c.example/api.json" not in feeds
    [catalogue] = [o for o in root.iter("outline") if o.get("url") == "https://c.example/api.json"]
    assert (catalogue.get("type"), catalogue.get("{urn:tessera:opml:1}kind")) == ("link", "models_dev")


def test_what_is_followed_no_more_is_not_exported(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("retired", "gone"):
        source = add_source(f"https://{name}.example/feed", now=NOW)
        Source.objects.filter(pk=source.pk).update(**{f"{name}_at": NOW})
    assert not [line for line in run("export", capsys=capsys) if "retired.example" in line or "gone.example" in line]
