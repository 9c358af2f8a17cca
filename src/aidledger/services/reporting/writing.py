"""Writes a report: one file by its ending, or a folder with every form; a manifest says of which log."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Literal

from aidledger.said import Language
from aidledger.services.files import placed_file
from aidledger.services.handing.manifest import (
    Manifest,
    encoded,
    files_in,
    handed_file,
    manifest_path,
    write_beside,
)
from aidledger.services.handing.placing import placed_folder
from aidledger.services.handing.workpapers import MoreSheet, fill_workpapers, totals_of
from aidledger.services.problems import ServiceError
from aidledger.services.reporting.document import Document, Table, Terms, Text
from aidledger.services.reporting.figures import Figures
from aidledger.services.reporting.page import page_of
from aidledger.services.reporting.printed import pdf_of
from aidledger.services.reporting.sections import document_of
from aidledger.services.typesetting.pdf import CannotTypesetError

Form = Literal["html", "pdf", "xlsx"]
FORMS: Final[tuple[Form, ...]] = ("html", "pdf", "xlsx")
NAME: Final = "report"
_USAGE: Final = 2
_ENDING: Final = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,4}")
"""What looks like the ending of a file; ``.12`` of ``2022.12`` is none."""


def form_of(path: Path, wanted: Form | None) -> Form | None:
    """Return the form of a single file, None for a folder.

    Raises:
        ServiceError: the ending is that of another form than is wanted, or of none that there is.

    """
    named = next((form for form in FORMS if path.suffix.lower() == f".{form}"), None)
    if named is not None and wanted not in (None, named):
        raise ServiceError(
            f"{path.name}: expected a name that ends in .{wanted}, found .{named}",
            hint="leave --format away: the ending says it, and a folder has every form",
            exit_code=_USAGE,
        )
    if named is None and _ENDING.fullmatch(path.suffix) and not path.is_dir():
        raise ServiceError(
            f"{path.name}: expected .html, .pdf or .xlsx, found {path.suffix}",
            hint="a name without such an ending is a folder that gets every form",
            exit_code=_USAGE,
        )
    return named


def write_report(
    path: Path, figures: Figures, lang: Language, wanted: Form | None = None
) -> Manifest:
    """Write the report and its manifest; return what the manifest says.

    Args:
        path: a file ending in ``.html``, ``.pdf`` or ``.xlsx``, or else a new folder.
        figures: what it tells.
        lang: its language.
        wanted: the only form that a folder gets; default: every form that can be made here.

    Raises:
        OSError: it can't be written; what stood there before stands there still.
        ServiceError: the folder has something in it, or the form can't be made here.

    """
    document = document_of(figures, lang)
    form = form_of(path, wanted)
    if form is not None:
        with placed_file(path) as draft:
            _write(form, draft, document, figures)
            manifest = _manifest(figures, [handed_file(draft, path)], {})
        write_beside(path, manifest)
        return manifest
    missing: dict[str, str] = {}
    with placed_folder(path) as folder:
        for one in (wanted,) if wanted else FORMS:
            try:
                _write(one, folder / f"{NAME}.{one}", document, figures)
            except CannotTypesetError as error:
                if wanted:
                    raise
                missing[f"{NAME}.{one}"] = f"{error}; {error.hint}"
        manifest = _manifest(figures, files_in(folder), missing)
        manifest_path(folder).write_bytes(encoded(manifest))
    return manifest


def _manifest(figures: Figures, files: Iterable[Any], missing: dict[str, str]) -> Manifest:
    return Manifest(
        kind="report",
        log=figures.log,
        as_of=figures.found.report.as_of,
        known_on=figures.found.report.known_on,
        files=tuple(files),
        tables=totals_of(figures.limited.report),
        missing={**missing, **figures.lost},
        skipped=figures.found.skipped,
    )


def _write(form: Form, draft: Path, document: Document, figures: Figures) -> None:
    match form:
        case "html":
            draft.write_bytes(page_of(document))
        case "pdf":
            draft.write_bytes(pdf_of(document))
        case "xlsx":
            fill_workpapers(
                draft,
                figures.limited,
                figures.log,
                lang=document.lang,
                samples=figures.samples,
                cover=tuple(_cover(document)),
                more=tuple(_sheets(document)),
            )


def _cover(document: Document) -> Iterator[tuple[str, Any]]:
    """Yield what the cover of the workbook says beside its own: the population, and who vouches for the log."""
    for part in document.sections[0].parts:
        if isinstance(part, Text) and part.warning:
            yield document.sections[0].title.partition("  ")[2], part.text
    for section in document.sections[2:5]:
        for part in section.parts:
            if isinstance(part, Terms):
                yield from part.rows
            elif isinstance(part, Text):
                yield section.title.partition("  ")[2], part.text


def _sheets(document: Document) -> Iterator[MoreSheet]:
    for section in document.sections:
        for part in section.parts:
            if isinstance(part, Table) and part.sheet:
                yield MoreSheet(part.sheet, part.title, part.columns, part.rows)
