"""Removes words from the word lists of the rooms, one at a time, and counts how many removals no test notices.

    python benchmarks/wordlist_mutations.py                        200 words drawn from all rooms
    python benchmarks/wordlist_mutations.py index/dates --all      every word of one room, each unnoticed one named

A word that no test misses is either not needed or not tested. A list is any collection of words in a module's own
assignments: tuples, sets, dicts by their keys, and texts of words apart by spaces or commas; words inside regular
expressions are not tried. Each removal is made in a copy of the project, in which the room's tests are run until one
fails; a module that then cannot be imported counts as noticed.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).parent.parent
TESTS = {
    "index/dates": ("index_dates",),
    "index/prose": ("index_sentences", "index_chunking", "index_furniture", "index_copies"),
    "index/reading": ("index_loaders", "index_encodings"),
    "rag/english": ("rag_grounding", "rag_acronyms", "rag_query", "rag_question", "rag_conversation", "rag_ranking"),
    "rag/question": ("rag_question", "rag_spelling", "rag_conversation"),
    "rag/search": ("rag_query", "rag_ranking", "rag_retriever"),
    "rag/check": ("rag_grounding", "rag_marks"),
}
"""A room that stays -> the tests that are about it."""
FEWEST = 4
"""Words that make a list."""
_WORD = re.compile(r"[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*)*")


@dataclass(frozen=True)
class Removal:
    """One word of one list: the ``place``-th of the ``node``-th node of the module's tree."""

    file: str
    name: str
    node: int
    place: int
    word: str


def words_of(node: ast.AST) -> list[str]:
    """Return the words of a list, in order; none where the node is no list of words."""
    found: list[str] = []
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        parts = _parts(node.value)
        found = [" ".join(part.split()) for part in parts]
    elif isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict):
        entries = node.keys if isinstance(node, ast.Dict) else node.elts
        found = [e.value for e in entries if isinstance(e, ast.Constant) and isinstance(e.value, str)]
        if len(found) < len(entries):
            return []
    return found if len(found) >= FEWEST and all(map(_WORD.fullmatch, found)) else []


def _parts(text: str) -> list[str]:
    return [part for part in text.split("," if "," in text else None) if part.strip()]


def without(node: ast.AST, place: int) -> None:
    """Take a word out of a list, in place."""
    if isinstance(node, ast.Constant):
        parts = _parts(node.value)
        node.value = ("," if "," in node.value else " ").join(parts[:place] + parts[place + 1 :])
    elif isinstance(node, ast.Dict):
        del node.keys[place], node.values[place]
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        del node.elts[place]


def removals(file: Path) -> Iterator[Removal]:
    """Yield every removal that a module's own assignments allow."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    numbers = {id(node): number for number, node in enumerate(ast.walk(tree))}
    for statement in tree.body:
        if not isinstance(statement, ast.Assign | ast.AnnAssign) or not statement.value:
            continue
        if isinstance(statement.value, ast.Subscript):  # a type, as Literal[...] is
            continue
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        if ast.unparse(target).startswith("__"):
            continue
        for node in ast.walk(statement.value):
            for place, word in enumerate(words_of(node)):
                name = file.relative_to(ROOT).as_posix()
                yield Removal(name, ast.unparse(target), numbers[id(node)], place, word)


def mutated(source: str, removal: Removal) -> str:
    """Return a module's text without one word."""
    tree = ast.parse(source)
    without(list(ast.walk(tree))[removal.node], removal.place)
    return ast.unparse(tree)


class Copy:
    """A copy of the project that tests can be run in, by this Python and the packages it sees."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "dateline"
        left_out = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "images", "build", "dist", "runs")
        shutil.copytree(ROOT, self.root, ignore=left_out)
        self.variables = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}

    def fails(self, tests: tuple[str, ...]) -> bool:
        """Run some test files until one fails; return whether one did."""
        files = [f"tests/test_{name}.py" for name in tests]
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-m", "not slow", "-p", "no:cacheprovider", *files]
        done = subprocess.run(command, cwd=self.root, env=self.variables, capture_output=True, check=False)
        return done.returncode != 0

    def notices(self, removal: Removal) -> bool:
        """Whether the tests of the word's room fail without it."""
        file = self.root / removal.file
        source = file.read_text(encoding="utf-8")
        file.write_text(mutated(source, removal), encoding="utf-8")
        try:
            return self.fails(TESTS[Path(removal.file).parent.as_posix()])
        finally:
            file.write_text(source, encoding="utf-8")


def main() -> int:
    """Print the share of unnoticed removals by room, and the words."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help=f"of {', '.join(TESTS)} (default: all)")
    parser.add_argument("--sample", type=int, default=200, help="words drawn (default: %(default)s)")
    parser.add_argument("--all", action="store_true", help="every word")
    parser.add_argument("--seed", type=int, default=0, help="of the draw (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="copies tested at once")
    args = parser.parse_args()
    if unknown := set(args.rooms) - set(TESTS):
        parser.error(f"no such room: {', '.join(sorted(unknown))}; there are {', '.join(TESTS)}")
    found = [
        removal
        for room in args.rooms or TESTS
        for file in sorted((ROOT / room).glob("*.py"))
        for removal in removals(file)
    ]
    total = len(found)
    if not args.all and total > args.sample:
        found = sorted(random.Random(args.seed).sample(found, args.sample), key=lambda r: (r.file, r.node, r.place))
    print(f"{total} words in lists; {len(found)} removed one at a time", flush=True)
    copies: SimpleQueue[Copy] = SimpleQueue()

    def noticed(removal: Removal) -> bool:
        copy = copies.get()
        try:
            return copy.notices(removal)
        finally:
            copies.put(copy)

    unnoticed: list[Removal] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(args.jobs):
            copies.put(Copy(Path(folder) / str(number)))
        first = copies.get()
        for room in {Path(removal.file).parent.as_posix() for removal in found}:
            if first.fails(TESTS[room]):
                print(f"the tests of {room} fail as they are; mend them first", file=sys.stderr)
                return 2
        copies.put(first)
        with ThreadPoolExecutor(args.jobs) as pool:
            for removal, seen in zip(found, pool.map(noticed, found), strict=True):
                if not seen:
                    unnoticed.append(removal)
                    print(f"unnoticed: {removal.word!r} of {removal.name} in {removal.file}", flush=True)
    tried = Counter(Path(removal.file).parent.as_posix() for removal in found)
    missed = Counter(Path(removal.file).parent.as_posix() for removal in unnoticed)
    print("\n| room | words removed | unnoticed |\n| --- | --- | --- |")
    for room in sorted(tried):
        print(f"| `{room}/` | {tried[room]} | {missed[room]} ({missed[room] / tried[room]:.0%}) |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
