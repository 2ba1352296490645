"""`new-corpus`: a project for another review that `check` finds sound and `run` runs as soon as a document is there."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from pipeline import corpus
from pipeline.cli.say import Fault, Say
from pipeline.export.folder import write_more
from pipeline.gold import form
from pipeline.names import study_id

README = """\
# A living evidence table

`corpus/manifest.csv` lists the review and what it cites, a document a row. It begins with one row for the review
itself: give it the first author and the year of yours, and the `document_id` that follows from them
(`{document_id}` for {author} {year}).

1. Put the review into `corpus/originals/{document_id}.pdf` and the papers that it cites beside it, each named by its
   `document_id`. A file that the manifest does not name yet is read under its own name.
2. `litevidence run` reads them all. `outputs/run/report.html` is the page to read first; `outputs/run/evidence.csv` has
   the values and `outputs/run/items.csv` the proof of each.
3. `litevidence verify` opens every source again and proves each quote.
4. `litevidence check` says what is wrong with manifest and gold, with file and row.

## Gold

Nothing is released before there is gold to hold the evidence against, so `run` ends with status 1 and `undecided` until then.

- `gold/evidence.csv`: what a careful reader took from each document, a value a row, sorted by study_id, role, record, column.
  `role` says which reference it belongs to: `review_table`, `review_prose` or `paper`. `record` groups what belongs together.
- `gold/studies.csv`: who each study_id is. `gold/splits.csv`: which documents the rules' authors have `seen`.
- `gold/floors.csv`: the precision and recall that a release must reach, for a role and a field, or `all`.
"""
IGNORED = ".prefect/\noutputs/\ncorpus/originals/*\n!corpus/originals/README.md\n"
ORIGINALS = (
    "Put the documents that you hold here, each named by its `document_id` in `../manifest.csv`: `{document_id}.pdf`.\n"
)


def make_project(folder: Path, *, author: str, year: str, say: Say) -> int:
    """Makes the folder; one that holds anything already is left alone."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Fault(f"{folder}: is there already; name a new folder")
    write_more(folder, project_files(author, year))
    say.result(f"{folder}: read {folder / 'README.md'}, then put documents into {folder / 'corpus' / corpus.ORIGINALS}")
    return 0


def project_files(author: str, year: str) -> dict[str, bytes]:
    """The files of a new project, by name. Raises Fault for an author or a year that names no document."""
    document_id = study_id(author, year)
    if not (len(year) == 4 and year.isdecimal() and document_id != year):
        raise Fault(f"--author {author!r} --year {year!r}: a surname and four digits are needed")
    review = {"document_id": document_id, "first_author": author, "year": year, "role": "review", "identity": "unknown"}
    texts = {
        "README.md": README.format(document_id=document_id, author=author, year=year),
        ".gitignore": IGNORED,
        "corpus/originals/README.md": ORIGINALS.format(document_id=document_id),
        f"corpus/{corpus.MANIFEST}": _table(corpus.HEADER, [review]),
        "gold/evidence.csv": _table(form.EVIDENCE_HEADER),
        "gold/studies.csv": _table(form.STUDIES_HEADER),
        "gold/splits.csv": _table(form.SPLITS_HEADER),
        "gold/floors.csv": _table(form.FLOORS_HEADER),
    }
    return {name: text.encode() for name, text in texts.items()}


def _table(header: Sequence[str], rows: Sequence[dict[str, str]] = ()) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
