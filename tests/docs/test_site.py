# SPDX-FileCopyrightText: 2026 The pulltopush authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The documentation as a browser shows it: every page, every link, every picture."""

import os
from pathlib import Path

import pytest
from browser import browser
from pages import check_site, serve

ROOT = Path(os.environ["PTP_DOCS_ROOT"])
SITES = os.environ["PTP_DOCS_SITES"].split()

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>'


@pytest.fixture(name="window", scope="module")
def window_fixture():
    with browser() as window:
        yield window


def test_every_page_link_and_picture(window):
    complaints, n_pages = check_site(window, ROOT, SITES)
    assert not complaints, "\n".join(complaints)
    assert n_pages == sum(len(list((ROOT / site).rglob("*.html"))) for site in SITES)


def test_the_sites_are_there():
    assert len(SITES) == 2
    for site in SITES:
        assert len(list((ROOT / site).rglob("*.html"))) > 50


def test_search_finds_a_function(window):
    with serve(ROOT / SITES[0]) as server:
        window.open(server.base + "index.html?q=stop_streaming")
        found = window.run_async(
            """
            const done = arguments[arguments.length - 1];
            const look = () => {
              const links = Array.from(document.querySelectorAll('#search a'), e => e.href);
              if (links.some(link => link.includes('stop_streaming')))
                done(true);
              else
                requestAnimationFrame(look);
            };
            look();
            """
        )
    assert found


def make(folder, **pages):
    for name, body in pages.items():
        text = f"<!DOCTYPE html><title>{name}</title><body>{body}</body>"
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    (folder / "there.svg").write_text(PICTURE, encoding="utf-8")


def test_nothing_is_said_of_a_good_site(window, tmp_path):
    make(
        tmp_path,
        index='<a href="other.html#place">other</a><img src="there.svg" alt="a picture">',
        other='<h2 id="place">place</h2><a href="https://example.org/">elsewhere</a>',
    )
    assert check_site(window, tmp_path) == ([], 2)


@pytest.mark.parametrize(
    "body, complaint",
    [
        ('<a href="gone.html">gone</a>', "/gone.html: 404"),
        ('<a href="other.html#gone">gone</a>', "other.html#gone leads to no place of that page"),
        ('<a href="#gone">gone</a>', "index.html#gone leads to no place of that page"),
        ('<a href="javascript:void(0)">nowhere</a>', "index.html: a link leads nowhere"),
        ('<img src="gone.png" alt="a picture">', "the picture gone.png is missing"),
        ('<img src="index.html" alt="no picture">', "the picture index.html is missing"),
        ('<img src="there.svg">', "the picture there.svg has no words beside it"),
        ('<link rel="stylesheet" href="gone.css">', "/gone.css: 404"),
        ("<script>nobody()</script>", "nobody is not defined"),
        ('<p style="width: 4000px">wide</p>', "is wider than the window"),
    ],
)
def test_a_planted_fault_is_found(window, tmp_path, body, complaint):
    make(tmp_path, index=f'<a href="other.html">other</a>{body}', other="")
    complaints, _ = check_site(window, tmp_path)
    assert [c for c in complaints if complaint in c] != [], complaints


def test_a_page_that_nothing_leads_to_is_found(window, tmp_path):
    make(tmp_path, index="", lost="")
    assert check_site(window, tmp_path)[0] == ["lost.html: nothing leads there"]
