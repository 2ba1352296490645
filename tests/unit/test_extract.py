"""One document composed, and many in workers that can be killed. Toy stages stand for the real ones."""

from __future__ import annotations

import ctypes
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.answer.question import Question
from pipeline.cache import Cache
from pipeline.document import Citation, Document, Input, Reference
from pipeline.evidence import DataItem, EvidenceRecord, Mention
from pipeline.export.portion import Portion
from pipeline.export.tables import HEADERS
from pipeline.extract import NOTHING, Given, Stages, extract, extract_in, extract_many
from pipeline.flows import job
from pipeline.workers import Stopped, Workers

MEBIBYTE = 1 << 20


def read(source: Input) -> Document:
    data = Path(source.path).read_bytes()
    if b"unreadable" in data:
        return Document(source.document_id, source.path, "", "txt", status="failed", reason="it is not a document")
    if b"hang" in data and b"late" not in data:
        time.sleep(600)
    return Document(source.document_id, source.path, hashlib.sha256(data).hexdigest(), "txt", data.decode())


def annotate(document: Document) -> tuple[Mention, ...]:
    if "bug" in document.text:
        raise RuntimeError("a fault\nof two lines")
    if "greedy" in document.text:
        return (Mention("dose", 0, 1, str(len(bytearray(4096 * MEBIBYTE)))),)
    if "crash" in document.text:
        ctypes.string_at(0)
    return (Mention("drug", 0, 4, document.text[:4]),)


def assemble(document: Document, mentions: Sequence[Mention]) -> tuple[EvidenceRecord, ...]:
    if "late hang" in document.text:
        time.sleep(600)
    items = tuple(DataItem("drug", m.text, "", m.start, m.end, m.text, "toy") for m in mentions)
    return (EvidenceRecord("a2000", document.document_id, "prose", 0, 4, document.text[:4], items),)


TOY = Stages(read, annotate, assemble)


def sources(folder: Path, **texts: str) -> list[Input]:
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text)
    return [Input(name, str(folder / f"{name}.txt")) for name in texts]


def test_one_document_gives_mentions_and_records(tmp_path: Path) -> None:
    (source,) = sources(tmp_path, a="drug one")
    found = extract(source, stages=TOY)
    assert found.failure is None
    assert [mention.text for mention in found.mentions] == ["drug"]
    assert [record.value("drug") for record in found.records] == ["drug"]


def test_a_fault_in_a_stage_is_a_failure_with_its_stage(tmp_path: Path) -> None:
    (source,) = sources(tmp_path, a="a bug")
    found = extract(source, stages=TOY)
    assert found.document.status == "failed"
    assert found.document.text == "a bug"
    assert found.failure is not None
    assert (found.failure.stage, found.failure.error) == ("annotate", "RuntimeError")
    assert found.failure.detail == "a fault of two lines"


def test_bad_documents_cost_one_row_each_and_order_stays(tmp_path: Path) -> None:
    inputs = sources(
        tmp_path, a="drug", b="hang", c="greedy", d="crash", e="unreadable", f="bug", g="late hang", h="last"
    )
    found = list(extract_many(inputs, workers=2, timeout=4, memory=1024 * MEBIBYTE, stages=TOY))
    assert [one.document_id for one in found] == list("abcdefgh")
    assert {one.document_id: (one.failure.stage, one.failure.error) for one in found if one.failure} == {
        "b": ("read", "timeout"),
        "c": ("annotate", "memory"),
        "d": ("annotate", "crash"),
        "e": ("read", "unreadable"),
        "f": ("annotate", "RuntimeError"),
        "g": ("assemble", "timeout"),
    }
    lost = dict(zip(HEADERS["documents"], found[1].document, strict=True))
    assert lost["status"] == "failed"
    assert lost["sha256"] == hashlib.sha256(b"hang").hexdigest()
    assert lost["format"] == "txt"
    assert "longer than 4 s" in lost["reason"]


def test_a_second_extraction_does_no_work_again(tmp_path: Path) -> None:
    (source,) = sources(tmp_path, a="drug one")
    cache = Cache(tmp_path / "kept")
    first = extract(source, stages=TOY, cache=cache)
    again = extract(source, stages=Stages(_never, _never, _never), cache=cache)
    assert first.cached == ()
    assert again.cached == ("read", "annotate", "assemble")
    assert again == first


def test_the_same_text_under_another_name_is_read_and_annotated_once(tmp_path: Path) -> None:
    one, other = sources(tmp_path, a="drug one", b="drug one")
    cache = Cache(tmp_path / "kept")
    extract(one, stages=TOY, cache=cache)
    found = extract(other, stages=TOY, cache=cache)
    assert found.cached == ("read", "annotate")
    assert found.document.document_id == "b"
    assert found.document.path == other.path
    assert found.records[0].document_id == "b"


def test_a_changed_document_is_read_again(tmp_path: Path) -> None:
    (source,) = sources(tmp_path, a="drug one")
    cache = Cache(tmp_path / "kept")
    extract(source, stages=TOY, cache=cache)
    (source,) = sources(tmp_path, a="pill two")
    found = extract(source, stages=TOY, cache=cache)
    assert found.cached == ()
    assert found.mentions[0].text == "pill"


def test_failures_are_not_kept(tmp_path: Path) -> None:
    unreadable, buggy = sources(tmp_path, a="unreadable", b="a bug")
    cache = Cache(tmp_path / "kept")
    for _ in range(2):
        assert extract(unreadable, stages=TOY, cache=cache).cached == ()
        assert extract(buggy, stages=TOY, cache=cache).failure is not None


def test_a_damaged_entry_is_made_again(tmp_path: Path) -> None:
    (source,) = sources(tmp_path, a="drug one")
    cache = Cache(tmp_path / "kept")
    first = extract(source, stages=TOY, cache=cache)
    for entry in cache.folder.rglob("*.json"):
        entry.write_bytes(entry.read_bytes().replace(b"drug", b"drog"))
    again = extract(source, stages=TOY, cache=cache)
    assert again.cached == ()
    assert again == first


def _never(*arguments: object) -> tuple[Mention, ...]:
    raise AssertionError(f"asked for {arguments}")


@pytest.mark.timeout(60)
def test_who_waits_for_workers_that_are_stopped_is_told(tmp_path: Path) -> None:
    """Else a flow that is interrupted would wait for ever for its tasks."""
    (source,) = sources(tmp_path, a="hang")
    pool = Workers(workers=1)
    told = ThreadPoolExecutor(1).submit(lambda: list(extract_in(pool, [source], stages=TOY)))
    with suppress(KeyboardInterrupt), pool:
        while not told.running():
            time.sleep(0.05)
        raise KeyboardInterrupt
    assert isinstance(told.exception(timeout=20), Stopped)


def test_workers_that_have_ended_take_no_more(tmp_path: Path) -> None:
    with Workers(workers=1) as pool:
        pass
    with pytest.raises(Stopped):
        list(extract_in(pool, sources(tmp_path, a="drug"), stages=TOY))


@pytest.mark.timeout(60)
def test_workers_do_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    sources(tmp_path, a="hang", b="hang")
    script = (
        "import test_extract as t; from pathlib import Path; from pipeline.document import Input\n"
        f"inputs = [Input(n, str(Path({str(tmp_path)!r}) / (n + '.txt'))) for n in 'ab']\n"
        "if __name__ == '__main__': list(t.extract_many(inputs, workers=2, stages=t.TOY))\n"
    )
    (tmp_path / "script.py").write_text(script)
    paths = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parents[2])])
    parent = subprocess.Popen(
        [sys.executable, str(tmp_path / "script.py")], env={**os.environ, "PYTHONPATH": paths}, start_new_session=True
    )
    deadline = time.monotonic() + 30
    while _alive(parent.pid) < 4 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert _alive(parent.pid) >= 4  # the parent, the fork server, two workers
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    while _alive(parent.pid) and time.monotonic() < deadline + 15:
        time.sleep(0.2)
    assert _alive(parent.pid) == 0


def _alive(leader: int) -> int:
    """How many processes that this one leads are there, from the process table."""
    found = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, led_by = stat.read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        found += led_by == str(leader) and state != "Z"
    return found


def cite(source: Input) -> Document:
    text = "Ito et al. [1] and [2]."
    marks = (Citation(11, 14, ("1",), ("1",)), Citation(19, 22, ("2",), ("2",)))
    return Document(source.document_id, source.path, "0", "txt", text, citations=marks)


def test_a_review_read_without_its_list_is_completed_by_the_list_that_others_know(tmp_path: Path) -> None:
    (source,) = sources(tmp_path, a="drug one")
    listed = (Reference("1", 0, 0, ("Ito K",), "2015"),)
    stages = Stages(cite, annotate, assemble)
    found = extract(source, stages=stages, listed=listed)
    assert found.document.references == listed
    assert [citation.unresolved for citation in found.document.citations] == [(), ("2",)]
    assert extract(source, stages=stages).document.references == ()
    (known,) = extract_many([source], workers=1, stages=stages, given=Given({"a": listed}))
    assert known.lines["references"] == "a,1,Ito K,2015,,,,,,,,\n"


def kept(tmp_path: Path, inputs: list[Input], given: Given = NOTHING, stages: Stages = TOY) -> list[Portion]:
    """What a run with a cache gives."""
    return list(extract_many(inputs, workers=1, cache=Cache(tmp_path / "kept"), stages=stages, given=given))


def test_a_document_that_is_kept_whole_needs_no_worker_and_gives_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = sources(tmp_path, a="drug one", b="pill two")
    first = kept(tmp_path, inputs)
    monkeypatch.setattr("pipeline.workers._Worker", _never)
    again = kept(tmp_path, inputs)
    assert [one.unchanged for one in (*first, *again)] == [False, False, True, True]
    assert [replace(one, unchanged=False) for one in again] == first


def test_only_the_document_that_is_new_is_worked_on(tmp_path: Path) -> None:
    inputs = sources(tmp_path, a="drug one", c="last")
    kept(tmp_path, inputs)
    inputs[1:1] = sources(tmp_path, b="pill two")
    assert [one.unchanged for one in kept(tmp_path, inputs)] == [True, False, True]


def test_what_is_kept_holds_for_another_path_but_not_for_another_name_or_other_questions(tmp_path: Path) -> None:
    (source,) = sources(tmp_path, a="drug one")
    kept(tmp_path, [source])
    moved = Input("a", str(Path(source.path).rename(tmp_path / "elsewhere.txt")))
    (found,) = kept(tmp_path, [moved])
    assert (found.unchanged, found.document[:2]) == (True, ("a", moved.path))
    (named,) = kept(tmp_path, [Input("b", moved.path)])
    assert (named.unchanged, named.lines["mentions"].startswith("b,")) == (False, True)
    asked = Given(questions=(Question(1, "drug", "placebo", "nausea"),))
    (answered,) = kept(tmp_path, [moved], asked)
    assert (answered.unchanged, answered.counts["answers"]) == (True, 1), "its stages were kept"
    other = Given(questions=(Question(1, "drug", "placebo", "nausea", document_id="x"),))
    assert "answers" not in kept(tmp_path, [moved], other)[0].lines


def test_a_damaged_portion_is_made_again(tmp_path: Path) -> None:
    inputs = sources(tmp_path, a="drug one")
    first = kept(tmp_path, inputs)
    (entry,) = (tmp_path / "kept" / "portion").rglob("*.json")
    whole = entry.read_bytes()
    entry.write_bytes(whole[:-9])
    assert [replace(one, unchanged=False) for one in kept(tmp_path, inputs)] == first
    assert entry.read_bytes() == whole


def test_half_a_character_in_a_text_costs_nothing(tmp_path: Path) -> None:
    """JSON can hold a lone surrogate, UTF-8 and the files of a run cannot."""
    (tmp_path / "a.jsonl").write_text('{"text": "x"}')
    inputs = [Input("a", str(tmp_path / "a.jsonl"), 1)]
    stages = Stages(half, annotate, assemble)
    first = kept(tmp_path, inputs, stages=stages)
    assert kept(tmp_path, inputs, stages=stages) == [replace(first[0], unchanged=True)]
    (record,) = job.decoded([first[0].records])
    assert (record.quote, first[0].text) == ("dr?g", "dr?g one")


def half(source: Input) -> Document:
    sha256 = hashlib.sha256(Path(source.path).read_bytes()).hexdigest()
    return Document(source.document_id, source.path, sha256, "jsonl", "dr\ud800g one")
