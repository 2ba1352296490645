"""Each command with its options; what it does stands in the module that it imports."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="litevidence",
    help="Clinical evidence from the literature: extracted, proved, reconciled, scored. Works offline.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but faults.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say more; show tracebacks of faults.")]
Workers = Annotated[int, typer.Option(min=0, help="Worker processes; 0: one a core.")]
Timeout = Annotated[float, typer.Option(min=0.1, help="Seconds that one document may take.")]
Memory = Annotated[int, typer.Option(min=256, help="MiB of memory that one worker may take.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Do all work anew and keep nothing for the next time.")]
RunFolder = Annotated[Path, typer.Option("--run", help="The folder of a finished run.")]
CorpusFolder = Annotated[Path, typer.Option("--corpus", help="The corpus: manifest.csv and its documents.")]
GoldFolder = Annotated[
    Path, typer.Option("--gold", help="The gold: evidence.csv, floors.csv and what belongs to them.")
]

Releases = Annotated[Path, typer.Option("--releases", help="Where released evidence goes.")]

RUN = Path("outputs/run")
RELEASES = Path("outputs/releases")
CORPUS = Path("corpus")
GOLD = Path("gold")


class Runner(StrEnum):
    """How documents are spread over processes."""

    process = "process"
    dask = "dask"


def _version(asked: bool) -> None:
    if asked:
        from pipeline import __version__

        typer.echo(f"litevidence {__version__}")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Clinical evidence from the literature: extracted, proved, reconciled, scored. Works offline."""


@app.command()
def run(
    corpus: CorpusFolder = CORPUS,
    gold: GoldFolder = GOLD,
    out: Annotated[Path, typer.Option(help="Where the run's files go.")] = RUN,
    releases: Releases = RELEASES,
    workers: Workers = 0,
    runner: Annotated[Runner, typer.Option(help="Processes of this machine, or a Dask cluster.")] = Runner.process,
    dask_address: Annotated[str, typer.Option(help="The scheduler of a Dask cluster, tcp://HOST:PORT.")] = "",
    timeout: Timeout = 60.0,
    memory: Memory = 2048,
    no_cache: NoCache = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Do the whole job: read, annotate, assemble, check, reconcile, score, export, gate.

    Exit status 0: released; 1: withheld by the gate; 2: wrong usage or unusable input.
    """
    if dask_address and runner is not Runner.dask:
        raise typer.BadParameter("--dask-address names a cluster; add --runner dask")
    from pipeline.cli.running import run_job
    from pipeline.cli.say import Say

    return run_job(
        corpus=corpus,
        gold=gold,
        out=out,
        releases=releases,
        workers=workers,
        runner=runner.value,
        dask_address=dask_address,
        timeout=timeout,
        memory=memory,
        use_cache=not no_cache,
        say=Say(quiet, verbose),
    )


@app.command()
def extract(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH...", help="Documents, folders of documents, or URLs of either.")
    ],
    out: Annotated[Path, typer.Option(help="Where the evidence goes.")],
    questions: Annotated[
        Path | None, typer.Option(help="A CSV of questions; answers.csv then says what each document answers.")
    ] = None,
    workers: Workers = 0,
    timeout: Timeout = 60.0,
    memory: Memory = 2048,
    no_cache: NoCache = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Extract evidence from documents; no gold, no server.

    Exit status 0, also when single documents failed (failures.csv names them); 2 when nothing could be read.
    """
    from pipeline.cli.extracting import extract_to
    from pipeline.cli.say import Say

    return extract_to(
        paths,
        out,
        questions=questions,
        workers=workers,
        timeout=timeout,
        memory=memory,
        use_cache=not no_cache,
        say=Say(quiet, verbose),
    )


@app.command()
def cache(
    trim: Annotated[bool, typer.Option("--trim", help="Remove what other versions of the program made.")] = False,
    clear: Annotated[bool, typer.Option("--clear", help="Remove everything; the next run does all anew.")] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """See what is kept from run to run, and trim it."""
    from pipeline.cli.caching import show_cache
    from pipeline.cli.say import Say

    return show_cache(trim=trim, clear=clear, say=Say(quiet, verbose))


@app.command()
def score(
    run: RunFolder = RUN,
    gold: GoldFolder = GOLD,
    gate: Annotated[bool, typer.Option("--gate", help="End with status 1 when a floor is missed.")] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Score a finished run against gold and write its scores.csv."""
    from pipeline.cli.finished import score_run
    from pipeline.cli.say import Say

    return score_run(run, gold, gate=gate, say=Say(quiet, verbose))


@app.command()
def release(
    run: RunFolder = RUN,
    releases: Releases = RELEASES,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Keep a finished run for good, under its date and digest, if its gate let it through.

    Exit status 0: kept; 1: the gate withheld it.
    """
    from pipeline.cli.finished import release_run
    from pipeline.cli.say import Say

    return release_run(run, releases, say=Say(quiet, verbose))


@app.command()
def export(
    run: RunFolder = RUN,
    name: Annotated[str, typer.Option("--format", help="csv, jsonl, parquet or xlsx.")] = "csv",
    to: Annotated[Path | None, typer.Option(help="A folder, or a file where the format is one file.")] = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Write one more export of a finished run."""
    from pipeline.cli.finished import export_run
    from pipeline.cli.say import Say

    return export_run(run, name, to, say=Say(quiet, verbose))


@app.command()
def verify(
    run: RunFolder = RUN,
    workers: Workers = 0,
    timeout: Timeout = 60.0,
    memory: Memory = 2048,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Open every source of a run again and prove each value's quote and place.

    Exit status 0: all hold; 1: one does not, and is named.
    """
    from pipeline.cli.finished import verify_run
    from pipeline.cli.say import Say

    return verify_run(run, workers=workers, timeout=timeout, memory=memory, say=Say(quiet, verbose))


@app.command()
def check(
    corpus: CorpusFolder = CORPUS, gold: GoldFolder = GOLD, quiet: Quiet = False, verbose: Verbose = False
) -> int:
    """Validate corpus manifest, gold and vocabularies; each fault is a line with its file and row."""
    from pipeline.cli.checking import check_data
    from pipeline.cli.say import Say

    return check_data(corpus, gold, say=Say(quiet, verbose))


@app.command()
def show(
    path: Annotated[Path, typer.Argument(help="A document.")],
    text: Annotated[bool, typer.Option("--text", help="Print the text in reading order.")] = False,
    page: Annotated[int | None, typer.Option(min=1, help="Draw this page with its marks.")] = None,
    to: Annotated[Path | None, typer.Option(help="The picture to write, else one in outputs/show.")] = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Show how a document was read: its text in order, a description, or a picture of a page with its marks."""
    from pipeline.cli.extracting import show_document
    from pipeline.cli.say import Say

    return show_document(path, text=text, page=page, to=to, say=Say(quiet, verbose))


@app.command()
def serve(
    cron: Annotated[str, typer.Option(help='When to run, such as "0 6 * * 1" for Mondays at six.')],
    timezone: Annotated[str, typer.Option(help="The time zone of the schedule, such as Europe/Berlin.")] = "UTC",
    corpus: CorpusFolder = CORPUS,
    gold: GoldFolder = GOLD,
    out: Annotated[Path, typer.Option(help="Where the run's files go.")] = RUN,
    releases: Releases = RELEASES,
    workers: Workers = 0,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Serve the whole job on a schedule until stopped."""
    from pipeline.cli.running import serve_job
    from pipeline.cli.say import Say

    return serve_job(
        cron,
        timezone=timezone,
        corpus=corpus,
        gold=gold,
        out=out,
        releases=releases,
        workers=workers,
        say=Say(quiet, verbose),
    )


@app.command("new-corpus")
def new_corpus(
    folder: Annotated[Path, typer.Argument(help="The folder to make.")],
    author: Annotated[str, typer.Option(help="The surname of the review's first author.")] = "Review",
    year: Annotated[str, typer.Option(help="The year of the review.")] = "2000",
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> int:
    """Start a project for another review: manifest, gold, and what to do next."""
    from pipeline.cli.say import Say
    from pipeline.cli.starter import make_project

    return make_project(folder, author=author, year=year, say=Say(quiet, verbose))
