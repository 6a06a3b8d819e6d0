"""From the caller's own words to a category and how urgent it is.

Categories are rows that the company edits. A synonym is found anywhere in the words; "+" joins parts that
must all be said in one sentence, "/" separates choices: "楼道/楼梯+灯". The longest that fits decides.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from helpdesk.repairs.lookalikes import MEANT

_LONGEST_WORDS = 500
_DANGER = "p0"
_SENTENCE_ENDS = re.compile(r"[。!?;\n]+")
_GAP_BETWEEN_CHARACTERS = re.compile(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])")
_DENIED = re.compile(
    r"(?:没有|没|不是|并不|不会|不|无|未|别)(?:再|在|有|闻到|闻着|看到|看见|听到|发生|出现|什么|啥|过)?$"
    r"|\b(?:no|not|isn't|without)\s+(?:a\s+|any\s+)?$"
)


class SuggestedCategory(Protocol):
    """What is needed of a category row. A raise is {words, urgency} and may bring its own first words."""

    @property
    def code(self) -> str: ...
    @property
    def urgency(self) -> str: ...
    @property
    def synonyms(self) -> Sequence[str]: ...
    @property
    def raises(self) -> Sequence[Mapping[str, Any]]: ...
    @property
    def first_words_zh(self) -> str: ...
    @property
    def first_words_en(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One category that fits. `matched` are the words that led to it, `raised_by` the word that made it urgent.

    `denied` says that every mention came with a "not" (没有漏): shown last, for the operator to decide.
    """

    code: str
    urgency: str
    matched: tuple[str, ...]
    raised_by: str
    denied: bool
    first_words_zh: str
    first_words_en: str


@dataclass(frozen=True, slots=True)
class _Hit:
    words: str
    weight: int
    denied: bool


@dataclass(frozen=True, slots=True)
class _Raise:
    word: str
    urgency: str
    first_words_zh: str
    first_words_en: str


def suggest(words: str, categories: Iterable[SuggestedCategory]) -> list[Suggestion]:
    """Return the categories that fit what the caller said, best first; empty if nothing fits.

    Danger comes first, then the longest synonym, then how much was recognised, the more urgent, and the order
    of the tree. A raise to danger (着火, 触电) holds for every suggestion, whichever category it stands in;
    other raises for their own category only. What was denied neither raises nor comes first.
    Only the first 500 characters count.
    """
    sentences = _sentences(words)
    tree = list(categories)
    dangers = [found for category in tree for found in _raises(sentences, category) if found.urgency == _DANGER]
    ranked = []
    for position, category in enumerate(tree):
        if hits := [hit for synonym in category.synonyms if (hit := _best(sentences, synonym))]:
            suggestion = _suggestion(category, hits, dangers[:1] or list(_raises(sentences, category)))
            ranked.append((*_rank(suggestion, hits), position, suggestion))
    return [row[-1] for row in sorted(ranked, key=lambda row: row[:-1])]


def from_document(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a category tree file in its order, each with its group and its position from 1."""
    rows: list[dict[str, Any]] = []
    for group in document["groups"]:
        for category in group["categories"]:
            named = {"name_zh": category["zh"], "name_en": category["en"]}
            grouped = {"group_code": group["code"], "group_zh": group["zh"], "group_en": group["en"]}
            own = {key: value for key, value in category.items() if key not in ("zh", "en")}
            rows.append({**own, **named, **grouped, "position": len(rows) + 1})
    return rows


def _sentences(words: str) -> list[str]:
    text = unicodedata.normalize("NFKC", words[:_LONGEST_WORDS])[:_LONGEST_WORDS].casefold()
    text = _GAP_BETWEEN_CHARACTERS.sub("", text).replace("’", "'")
    return [sentence for sentence in _SENTENCE_ENDS.split(text) if sentence.strip()]


def _suggestion(category: SuggestedCategory, hits: list[_Hit], raises: list[_Raise]) -> Suggestion:
    """The most urgent raise counts, and only upwards; its first words come before the category's own."""
    denied = all(hit.denied for hit in hits)
    raised = min(raises, key=lambda found: found.urgency, default=None)
    if denied or (raised and raised.urgency > category.urgency):
        raised = None
    longest_first = sorted(hits, key=lambda hit: (hit.denied, -hit.weight))
    own_words = raised is None or not (raised.first_words_zh or raised.first_words_en)
    return Suggestion(
        code=category.code,
        urgency=raised.urgency if raised else category.urgency,
        matched=tuple(dict.fromkeys(hit.words for hit in longest_first)),
        raised_by=raised.word if raised and raised.urgency < category.urgency else "",
        denied=denied,
        first_words_zh=category.first_words_zh if own_words else raised.first_words_zh,
        first_words_en=category.first_words_en if own_words else raised.first_words_en,
    )


def _rank(suggestion: Suggestion, hits: list[_Hit]) -> tuple[bool, bool, int, int, str]:
    said = [hit.weight for hit in hits if hit.denied == suggestion.denied]
    return suggestion.denied, suggestion.urgency != _DANGER, -max(said), -sum(said), suggestion.urgency


def _raises(sentences: list[str], category: SuggestedCategory) -> Iterator[_Raise]:
    """The raises of a category whose words were said and not denied."""
    for rule in category.raises:
        for pattern in rule.get("words", ()):
            hit = _best(sentences, pattern)
            if hit and not hit.denied:
                first_words = rule.get("first_words_zh", ""), rule.get("first_words_en", "")
                yield _Raise(hit.words, rule.get("urgency", category.urgency), *first_words)
                break


@lru_cache(maxsize=4_096)
def _parts(synonym: str) -> tuple[tuple[str, ...], ...]:
    """ "楼道/楼梯+灯" as ((楼道, 楼梯), (灯,)); longer choices first; empty if a part holds nothing."""
    text = unicodedata.normalize("NFKC", synonym).casefold()
    parts = [{choice.strip() for choice in part.split("/")} - {""} for part in text.split("+")]
    return tuple(tuple(sorted(part, key=lambda choice: (-len(choice), choice))) for part in parts) if all(parts) else ()


def _best(sentences: list[str], synonym: str) -> _Hit | None:
    """The heaviest way this synonym is said in any sentence; said plainly before denied."""
    parts = _parts(synonym)
    found = [hit for sentence in sentences if parts and (hit := _in_sentence(sentence, parts))]
    return max(found, key=lambda hit: (not hit.denied, hit.weight), default=None)


def _in_sentence(sentence: str, parts: tuple[tuple[str, ...], ...]) -> _Hit | None:
    """Every part must be there; it is denied if the first choice found of any part always follows a "not"."""
    said, denied = [], False
    for choices in parts:
        mentions = [(choice, start) for choice in choices for start in _starts(sentence, choice)]
        if not mentions:
            return None
        plain = next(
            (choice for choice, start in mentions if not _DENIED.search(sentence[max(start - 12, 0) : start])), None
        )
        denied = denied or plain is None
        said.append(plain or mentions[0][0])
    return _Hit("…".join(said), sum(_weight(choice) for choice in said), denied)


def _starts(sentence: str, choice: str) -> Iterator[int]:
    """Where a choice is said. Latin words count from their beginning: "tap" is not in "stapler"."""
    return (found.start() for found in _pattern(choice).finditer(sentence))


@lru_cache(maxsize=4_096)
def _pattern(choice: str) -> re.Pattern[str]:
    begins = r"(?<![0-9a-z])" if choice[0].isascii() and choice[0].isalnum() else ""
    return MEANT.get(choice) or re.compile(begins + re.escape(choice))


def _weight(choice: str) -> int:
    """How telling a choice is: one for each Chinese character, two for each Latin word."""
    return 2 * len(choice.split()) if choice.isascii() else len(choice)
