"""Which hyphens at the end of a line belong to the word, and which the setting put there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from pipeline.read.tokens import Token

_HEAD = re.compile(r"[^\W\d_][\w'’-]*$")
_WORD = re.compile(r"[^\W\d_]+(?:-\w+)*")
_TAIL = re.compile(r"[^\W\d_]+")
_PREFIXES = frozenset(  # before which no word ends: what follows joins them
    "a ab acetyl ad amino angio anti any auto be benzo bi bio bromo carbo cardio chloro com con contra counter "
    "cyclo cyto de dehydro deoxy di dis dopa electro em en endo epi ethyl every ex exo extra fluoro fore gastro "
    "geno gluco haemo hemo hepato hetero homo hydro hydroxy hyper hypo im immuno in infra inter intra intro ir "
    "iso lipo macro magneto mal mega meta methyl micro mid mini mis mono multi myo neo nephro neuro nor nora ob "
    "onco osteo out over oxo para patho per peri phar pharmaco phen phenyl phospho photo physio poly post pre pro "
    "proto psycho radio re semi socio some sub super supra sur syn tele thera thermo thrombo trans tri ultra un "
    "under uni up vaso".split()
)
_SHORT = frozenset("no of to by so".split())
_SUFFIXES = frozenset(
    "able ably age ages al ally am an ance ances ant ants ary as at ate ated ates ation ations body by come comes "
    "ding do ed ence ences ent ents er ers ever fore form ful fully go going hand he hood how ible ibly ic ical "
    "in ing ings ion ions is ish ism ist ists it ity ive ize ized king less line ly lying man me men ment ments "
    "my ness no of on one ones or ors ous over patient patients plying port pose posed rate rates ring self sent "
    "ship side sing sion sions so tain tained tend thing things time times ting tion tions to ty up us vent vents "
    "ward wards ways we what where wise".split()
)
_JOINERS = frozenset(
    "acting adjusted analysis arm arms associated based blind blinded called center centre compulsive controlled "
    "day days dependent dose doses driven effective established evoked fold free group hour hours independent "
    "induced item items known label labeled labelled lasting level life like matched mediated minute month months "
    "naive negative onset oriented point points positive rated related release released reported resistant risk "
    "scale sectional sided specific stage step style tailed term threatening traumatic treated way week weeks "
    "wide world year years".split()
)


class Hyphens:
    """Decides which line-end hyphens stay, from how the document itself writes the words."""

    def __init__(self, pages: Iterable[Sequence[Token]]) -> None:
        printed: Counter[str] = Counter()
        for tokens in pages:
            printed.update(_whole(tokens))
        self.plain: Counter[str] = Counter()
        self.hyphened: Counter[str] = Counter()
        for text, count in printed.items():
            for word in _WORD.findall(text.lower()):
                parts = word.split("-")
                if len(parts) == 1:
                    self.plain[word] += count
                    continue
                for part in parts:
                    self.plain[part] += 0
                for one, two in pairwise(parts):
                    self.hyphened[f"{one}-{two}"] += count

    def keeps(self, before: str, after: str) -> bool:
        """Whether the hyphen between the end of a line and the next line's begin belongs to the word."""
        head_match, tail_match = _HEAD.search(before), _TAIL.match(after)
        if head_match is None or tail_match is None:
            return True
        whole, tail = head_match.group().lower(), tail_match.group().lower()
        head = whole.rsplit("-", 1)[-1]
        joined, parted = self.plain[head + tail], self.hyphened[f"{head}-{tail}"]
        if joined > 0 or parted > 0:
            return parted > joined
        printed = head_match.group().rsplit("-", 1)[-1]
        if not after[0].islower():
            return printed not in ("Mac", "Mc")
        if len(head) == 1 or (printed.isupper() and len(printed) > 1) or any(char.isdigit() for char in printed):
            return True
        if head in _PREFIXES or tail in _SUFFIXES or len(tail) < 3:
            return False
        if tail in _JOINERS:
            return head in self.plain or len(head) > 3
        if self.plain[tail] <= 0:
            return False
        return len(tail) >= 6 if head not in self.plain else len(head) > 2 or (head in _SHORT and len(tail) >= 5)


def _whole(tokens: Sequence[Token]) -> list[str]:
    """The words of a page without those that a line's end cuts in two."""
    texts = [token.text for token in tokens]
    for index in [index for index, text in enumerate(texts[:-1]) if text[-1] == "-"]:
        token, following = tokens[index], tokens[index + 1]
        if token.hyphen or abs(following.base - token.base) > 0.5 * token.size:
            texts[index] = texts[index + 1] = ""
    return texts
