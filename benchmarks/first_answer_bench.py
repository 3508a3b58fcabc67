"""How long a person waits: a cold ``dateline ask``, ``--help``, and questions to a running assistant.

    python benchmarks/first_answer_bench.py [--runs 5]

Wall times in seconds, medians over the runs. The baseline of the same run is a fresh process that
only imports sentence-transformers: what every tool pays that embeds its question with it.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
QUESTIONS = [
    "who spoke with Araghchi and when?",
    "What did Trump say about the next attack?",
    "How long is the border that Turkiye shares with Iran?",
    "Did Witkoff speak with Araghchi?",
    "Where was the meeting shifted to?",
    "Who is the president of France?",
    "Why have tensions run high?",
    "When did Fidan urge Washington to start talks?",
]


def timed(action: Callable[[], object]) -> float:
    """Return the wall time of ``action`` in seconds."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def process(*arguments: str) -> Callable[[], object]:
    """Return a call that runs Python with ``arguments``."""
    return lambda: subprocess.run([sys.executable, *arguments], check=True, capture_output=True, cwd=ROOT)


def main() -> None:
    """Measure and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        index = str(Path(folder) / "index")
        ask = process("-m", "dateline", "ask", QUESTIONS[0], "--json", "--index", index)
        rows = [
            (
                "`dateline index seeds`, first time",
                [timed(process("-m", "dateline", "index", "seeds", "--index", index))],
            )
        ]
        rows += [
            (name, [timed(action) for _ in range(runs)])
            for name, action in (
                ("baseline: `import sentence_transformers`", process("-c", "import sentence_transformers")),
                ("`dateline --help`", process("-m", "dateline", "--help")),
                ("`dateline ask`, cold", ask),
                (
                    "`dateline index seeds`, nothing changed",
                    process("-m", "dateline", "index", "seeds", "--index", index),
                ),
            )
        ]
        from dateline.rag import Settings

        assistant = Settings(index=index).assistant()
        assistant.ask("Who called whom?")
        # Once each: a question asked again is not searched again.
        asked = [timed(lambda q=question: assistant.ask(q)) for question in QUESTIONS]  # type: ignore[misc]
        rows.append((f"a question to a running assistant ({len(QUESTIONS)} questions)", asked))
    base = statistics.median(dict(rows)["baseline: `import sentence_transformers`"])
    print("| what | median s | worst s | of the baseline |\n| --- | --- | --- | --- |")
    for name, times in rows:
        median = statistics.median(times)
        print(f"| {name} | {median:.3f} | {max(times):.3f} | {median / base:.2f} |")


if __name__ == "__main__":
    main()
