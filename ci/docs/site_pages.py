"""A hook of mkdocs: pages of the site from Markdown that is written for GitHub.

README.md and its neighbours become pages, and links that leave docs/ lead to a copy of what
they name. mkdocs' own checks of links come after, so a wrong one is still found.
"""

import logging
import os.path
import pathlib
import re

from mkdocs.structure.files import File, InclusionLevel

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Files of the repository that are pages, by their place in the site; docs/ is beside.
PAGES = {
    "index.md": "README.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "CHANGELOG.md": "CHANGELOG.md",
}
STYLE = "assets/site.css"
OTHERS = "sources"  # where the site has what lies elsewhere in the repository

FENCE = re.compile(r"^ {0,3}(```|~~~)")
LINK = re.compile(r"(?<=\]\()(?![a-z]+:|#|/)([^)\s#]+)(#[^)\s]*)?(?=\))")
ITEM = re.compile(r"^ *([-*+]|\d+\.) ")
PARAGRAPH = re.compile(r"[^\s#]")  # and no title, nor what goes on with an item

log = logging.getLogger("mkdocs.hooks.site_pages")


def in_repository(page):
    """The file of the repository that is this page of the site."""
    if page in PAGES:
        return PAGES[page]
    if page.startswith(f"{OTHERS}/"):
        return page.partition("/")[2]
    return f"docs/{page}"


def in_site(path):
    """Where the site has this file of the repository; None: nowhere."""
    if (ROOT / path).is_dir():
        path = f"{path}/README.md"
    for page, source in PAGES.items():
        if source == path:
            return page
    if path.startswith("docs/"):
        return path.partition("/")[2]
    if path.startswith("../") or not (ROOT / path).is_file():
        return None
    # As text, which every browser shows.
    return f"{OTHERS}/{path}" + ("" if path.endswith(".md") else ".txt")


def text_lines(markdown):
    """The lines, each with whether it is text and no code block."""
    code = False
    for line in markdown.splitlines():
        if FENCE.match(line):
            code = not code
            yield line, False
        else:
            yield line, not code


def linked(markdown, page):
    """The files of the repository that a page links to."""
    folder = os.path.dirname(in_repository(page))
    for line, is_text in text_lines(markdown):
        if is_text:
            for match in LINK.finditer(line):
                yield os.path.normpath(os.path.join(folder, match.group(1)))


def on_files(files, config):
    for page, source in PAGES.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / source)))
    style = str(pathlib.Path(__file__).with_name("site.css"))
    files.append(File.generated(config, STYLE, abs_src_path=style))
    pending = [file for file in files if file.is_documentation_page()]
    while pending:
        file = pending.pop()
        for path in linked(file.content_string, file.src_uri):
            place = in_site(path)
            if place and place.startswith(f"{OTHERS}/") and not files.get_file_from_path(place):
                added = File.generated(
                    config,
                    place,
                    abs_src_path=str(ROOT / path),
                    inclusion=InclusionLevel.NOT_IN_NAV,
                )
                files.append(added)
                if added.is_documentation_page():
                    pending.append(added)
    return files


def on_page_markdown(markdown, page, **_):
    here = page.file.src_uri
    folder = os.path.dirname(in_repository(here))

    def moved(match):
        place = in_site(os.path.normpath(os.path.join(folder, match.group(1))))
        if place is None:
            return match.group()  # mkdocs says that it leads nowhere
        return os.path.relpath(place, os.path.dirname(here) or ".") + (match.group(2) or "")

    lines = []
    before = ""
    for number, (line, is_text) in enumerate(text_lines(markdown), 1):
        if is_text:
            line = LINK.sub(moved, line)
            # GitHub begins a list there, and Python's Markdown goes on with the paragraph.
            if ITEM.match(line) and PARAGRAPH.match(before) and not ITEM.match(before):
                log.warning("%s:%d: a list needs an empty line before it", here, number)
        lines.append(line)
        before = line
    return "\n".join(lines)
