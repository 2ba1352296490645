"""JATS and PubMed XML: text, sections, tables with spans and notes, references, citations; and XML that is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.document import Document, Input
from pipeline.read import find, read

ARTICLE = """<?xml version="1.0"?>
<article xmlns:xlink="http://www.w3.org/1999/xlink"><front><article-meta>
<title-group><article-title>A trial of rest</article-title></title-group>
<contrib-group><contrib><name><surname>Doe</surname><given-names>Ada</given-names></name></contrib></contrib-group>
<abstract><sec><title>Background</title><p>Rest may help.</p></sec></abstract>
</article-meta></front><body>
<sec><title>Methods</title><p>Ten people, 5 kg/m<sup>2</sup>, rested
 for an hour [<xref ref-type="bibr" rid="B1">1</xref>-<xref ref-type="bibr" rid="B3">3</xref>], as others
 had<sup><xref ref-type="bibr" rid="B2">2</xref></sup> (<xref ref-type="table" rid="T1">Table 1</xref>).</p>
<sec><title>Randomisation</title><p>By coin.</p></sec></sec>
<sec><title>Results</title>
<table-wrap id="T1"><label>Table 1</label><caption><p>Who rested</p></caption><table>
<thead><tr><th rowspan="2">Arm</th><th colspan="2">Rested<sup>a</sup></th></tr><tr><th>n</th><th>%</th></tr></thead>
<tbody><tr><td>Rest</td><td>9<xref ref-type="table-fn" rid="f">*</xref></td><td>90</td></tr>
<tr><td>None</td><td></td><td>–</td></tr></tbody></table>
<table-wrap-foot><fn id="f"><label>*</label><p>One left.</p></fn><p><sup>a</sup> For an hour.</p></table-wrap-foot>
</table-wrap></sec></body>
<back><ref-list><title>References</title>
<ref id="B1"><label>1.</label><element-citation><person-group person-group-type="author"><name><surname>Roe</surname>
<given-names>B C</given-names></name><name><surname>Poe</surname><given-names>D</given-names></name></person-group>
<article-title>On rest</article-title><source>J Rest</source><year>2001</year><volume>7</volume><fpage>2</fpage>
<lpage>9</lpage><pub-id pub-id-type="doi">10.1000/r.1</pub-id><pub-id pub-id-type="pmid">123</pub-id></element-citation></ref>
<ref id="B2"><label>2.</label><mixed-citation>Moe E. More rest. J Rest. 2002;8:1–2.</mixed-citation></ref>
<ref id="B3"><label>3.</label><mixed-citation>Noe F. Most rest. J Rest. 2003;9:3–4.</mixed-citation></ref>
</ref-list></back></article>"""

CITATION = """<PubmedArticle><MedlineCitation><PMID>{pmid}</PMID><Article><ArticleTitle>Rest again</ArticleTitle>
<Abstract><AbstractText Label="METHODS">Ten rested.</AbstractText><AbstractText Label="RESULTS">All slept.</AbstractText>
</Abstract><AuthorList><Author><LastName>Doe</LastName><Initials>A</Initials></Author></AuthorList>
<PublicationTypeList><PublicationType>Randomized Controlled Trial</PublicationType>
<PublicationType>Retracted Publication</PublicationType></PublicationTypeList></Article>
<MeshHeadingList><MeshHeading><DescriptorName>Rest</DescriptorName><QualifierName>methods</QualifierName></MeshHeading>
</MeshHeadingList></MedlineCitation></PubmedArticle>"""


def reading(text: str, folder: Path, name: str = "paper.nxml") -> Document:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read(Input("paper", str(path)))


def test_an_article_is_read_in_order(tmp_path: Path) -> None:
    document = reading(ARTICLE, tmp_path)
    assert document.format == "jats"
    assert [(block.kind, document.text[block.start : block.end]) for block in document.blocks][:8] == [
        ("title", "A trial of rest"),
        ("author", "Ada Doe"),
        ("heading", "Background"),
        ("paragraph", "Rest may help."),
        ("heading", "Methods"),
        ("paragraph", "Ten people, 5 kg/m², rested for an hour [1-3], as others had 2 (Table 1)."),
        ("heading", "Randomisation"),
        ("paragraph", "By coin."),
    ]
    assert [(section.kind, section.title, section.level) for section in document.sections] == [
        ("front", "", 1),
        ("abstract", "Abstract", 1),
        ("abstract", "Background", 2),
        ("methods", "Methods", 1),
        ("methods", "Randomisation", 2),
        ("results", "Results", 1),
        ("references", "References", 1),
    ]


def test_its_table_has_spans_marks_and_notes(tmp_path: Path) -> None:
    document = reading(ARTICLE, tmp_path)
    (table,) = document.tables
    texts = [[document.text[c.start : c.end] if (c := table.at(r, k)) else "" for k in range(3)] for r in range(4)]
    assert texts == [["Arm", "Rested", "Rested"], ["Arm", "n", "%"], ["Rest", "9", "90"], ["None", "", "–"]]
    assert {document.text[c.start : c.end]: c.marks for c in table.cells if c.marks} == {"Rested": ("a",), "9": ("*",)}
    assert [(note.mark, document.text[note.start : note.end]) for note in table.notes] == [
        ("*", "One left."),
        ("a", "For an hour."),
    ]
    assert table.label == "1"
    assert table.caption is not None
    assert document.text[slice(*table.caption)] == "Table 1 Who rested"


def test_its_references_and_citations(tmp_path: Path) -> None:
    document = reading(ARTICLE, tmp_path)
    first, second, _ = document.references
    assert (first.label, first.authors, first.year, first.title, first.journal) == (
        "1", ("Roe BC", "Poe D"), "2001", "On rest", "J Rest",
    )  # fmt: skip
    assert (first.volume, first.pages, first.doi, first.pmid) == ("7", "2–9", "10.1000/r.1", "123")
    assert document.text[second.start : second.end] == "2. Moe E. More rest. J Rest. 2002;8:1–2."
    cited = [(document.text[c.start : c.end], c.labels, c.unresolved) for c in document.citations]
    assert cited == [("[1-3]", ("1", "2", "3"), ()), ("2", ("2",), ())]


def test_a_pubmed_set_is_a_document_an_article(tmp_path: Path) -> None:
    path = tmp_path / "set.xml"
    path.write_text(f"<PubmedArticleSet>{CITATION.format(pmid=11)}{CITATION.format(pmid=12)}</PubmedArticleSet>")
    inputs = find([path])
    assert [(each.document_id, each.line) for each in inputs] == [("11", 1), ("12", 2)]
    document = read(inputs[1])
    assert document.format == "pubmed"
    assert [(section.kind, section.title) for section in document.sections] == [
        ("front", ""),
        ("abstract", "Abstract"),
        ("abstract", "Methods"),
        ("abstract", "Results"),
        ("other", "Publication types"),
        ("front", "MeSH terms"),
    ]
    assert "Randomized Controlled Trial; Retracted Publication." in document.text
    assert "Rest/methods." in document.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><article><body><p>&x;</p></body></article>', "refused"),
        ('<!DOCTYPE a [<!ENTITY x "ha">]><article><body><p>&x;&x;</p></body></article>', "refused"),
        ("<article><front>never closed", "damaged"),
        ("<html><p>Words</p></html>", "unknown XML"),
        ("<article><body></body></article>", "no text"),
        (f"<article>{'<sec>' * 400}{'</sec>' * 400}</article>", "damaged"),
    ],
)
def test_what_cannot_be_trusted_or_read_says_so(text: str, said: str, tmp_path: Path) -> None:
    document = reading(text, tmp_path)
    assert document.status == "failed"
    assert document.reason.startswith(said)
    assert "\n" not in document.reason


def test_of_a_damaged_article_what_can_be_made_out_is_read(tmp_path: Path) -> None:
    document = reading("<article><body><sec><title>Results</title><p>Ten improved.</p></body><p>More.", tmp_path)
    assert document.status == "partial"
    assert document.reason.startswith("damaged: the XML is not well-formed")
    assert "Ten improved." in document.text


def test_several_tables_of_one_wrap_stand_below_each_other(tmp_path: Path) -> None:
    rows = "<thead><tr><th>Arm</th></tr></thead><tbody><tr><td>{}</td></tr></tbody>"
    wrap = "".join(f"<table>{rows.format(name)}</table>" for name in ("A", "B"))
    document = reading(f"<article><body><p>Text.</p><table-wrap>{wrap}</table-wrap></body></article>", tmp_path)
    (table,) = document.tables
    assert [(cell.row, document.text[cell.start : cell.end]) for cell in table.cells] == [
        (0, "Arm"), (1, "A"), (2, "Arm"), (3, "B"),
    ]  # fmt: skip
