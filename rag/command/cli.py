"""The ``dateline`` command: parse, call, print.

The floors above add their own subcommands through the entry point group ``dateline.commands``.
Nothing heavy is imported before the arguments are known to be good, so that ``--help`` is instant.
"""

from __future__ import annotations

import argparse
import codecs
import difflib
import io
import json
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from dateline.index.errors import DatelineError, UsageError
from dateline.index.vectors.packaged import offline
from dateline.rag.settings import Settings

if TYPE_CHECKING:
    from dateline.index import Filter
    from dateline.index.building.build import Report
    from dateline.rag.answer import Answer, Citation
    from dateline.rag.search.retriever import Retriever

DONE, PARTLY, NOTHING = 0, 1, 2
_GROUP = "dateline.commands"
_INDEX_HELP = "the index (default: .dateline in this folder)"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code: 0 done, 1 done in part, 2 nothing could be done."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    offline()
    arguments = build_parser().parse_args(argv)
    try:
        flags = {"index": arguments.index, "k": getattr(arguments, "k", None)}
        flags["allowed_hosts"] = tuple(getattr(arguments, "allow_host", None) or ()) or None
        with warnings.catch_warnings(record=True, action="always", category=FutureWarning) as renamed:
            settings = Settings.load(flags)
        for warning in renamed:
            say(f"dateline: {warning.message}")
        code: int = arguments.run(arguments, settings)
        return code
    except DatelineError as error:
        say(f"dateline: {error}")
        return NOTHING
    except KeyboardInterrupt:
        say("dateline: stopped")
        return PARTLY
    except BrokenPipeError:
        # The reader of our output (head, less) has gone: not an error of ours.
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def build_parser() -> argparse.ArgumentParser:
    """Return the parser with every subcommand, those of the floors above too."""
    parser = argparse.ArgumentParser(
        prog="dateline",
        description="Ask news articles; every sentence of an answer is checked against the passage it cites.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and leave")
    parser.add_argument("--index", metavar="DIR", help=_INDEX_HELP)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, run: Callable[..., int], help: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".", parents=[common])
        command.set_defaults(run=run)
        return command

    index = add("index", _index, "add and update articles: files, folders, .jsonl collections")
    index.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder, or - for a list of paths")
    index.add_argument("--prune", action="store_true", help="also remove what is gone from these paths")
    index.add_argument("--ray", metavar="ADDRESS", help="have a Ray cluster read and embed: HOST:PORT, or auto")
    remove = add("remove", _remove, "remove documents")
    remove.add_argument("doc_ids", nargs="+", metavar="DOC_ID")
    add("status", _status, "what the index holds")
    show = add("show", _show, "show a document")
    show.add_argument("doc_id", metavar="DOC_ID")
    doctor = add("doctor", _doctor, "check the index and the conversations and say what is wrong with them")
    doctor.add_argument("--repair", action="store_true", help="mend them from what is stored; stop the chat before")
    search = add("search", _search, "find passages")
    search.add_argument("query", nargs="?", metavar="QUERY")
    search.add_argument("-k", type=int, default=None, help="how many passages (default: 10)")
    ask = add("ask", _ask, "ask a question and get a cited answer")
    ask.add_argument("question", nargs="?", metavar="QUESTION")
    for command in (search, ask):
        command.add_argument("--asked-on", metavar="DATE", help='"today" for the asker (YYYY-MM-DD)')
        command.add_argument("--after", metavar="DATE", help="published on this day or later")
        command.add_argument("--before", metavar="DATE", help="published on this day or earlier")
    dates = add("dates", _dates, "find and resolve the time expressions of a text")
    dates.add_argument("file", nargs="?", metavar="FILE", help="a text file, or - for standard input")
    dates.add_argument("--published", metavar="DATE", help="the day the text was published (default: its own dateline)")
    check = add("check", _check, "is a claim supported by passages")
    check.add_argument("claim", nargs="?", metavar="CLAIM")
    check.add_argument("passages", nargs="*", metavar="PASSAGE")
    rewrite = add("rewrite", _rewrite, "make a follow-up question standalone")
    rewrite.add_argument("question", nargs="?", metavar="QUESTION")
    rewrite.add_argument("--history", metavar="FILE", help="a JSON list of {role, content}, oldest first")
    serve = add("serve", _serve, "answer over HTTP and MCP")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    serve.add_argument("--port", type=int, default=8600, help="port to listen on (default: %(default)s)")
    accept_hosts(serve)
    serve.add_argument("--mcp-stdio", action="store_true", help="speak MCP on standard input and output instead")
    serve.add_argument("--write", action="store_true", help="with --mcp-stdio: let the client change the articles")
    for command in (search, ask, dates, check, rewrite):
        command.add_argument("--batch", metavar="FILE", help="one JSON object a line, - for standard input")
    for entry in sorted(entry_points(group=_GROUP), key=lambda entry: entry.name):
        entry.load()(commands)
    _accept_index(commands)
    return parser


class _Version(argparse.Action):
    """Looked up only when asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        put(f"{parser.prog} {version('dateline')}")
        parser.exit()


def accept_hosts(command: argparse.ArgumentParser) -> None:
    """Let a command that listens take ``--allow-host``."""
    command.add_argument(
        "--allow-host",
        action="append",
        metavar="NAME",
        help="also answer to this host name, as behind a proxy that keeps it (repeatable; * for all)",
    )


def _accept_index(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Let every command, those within commands too, take ``--index`` itself."""
    for command in commands.choices.values():
        # Without a default of its own a command leaves alone what was given before its name.
        command.add_argument("--index", metavar="DIR", default=argparse.SUPPRESS, help=_INDEX_HELP)
        for action in command._actions:
            if isinstance(action, argparse._SubParsersAction):
                _accept_index(action)


def say(message: str) -> None:
    """Write a line to standard error."""
    sys.stderr.write(message + "\n")


def put(text: str) -> None:
    """Write a line to standard output."""
    sys.stdout.write(text + "\n")


def put_json(value: object) -> None:
    """Write one JSON object to standard output."""
    put(json.dumps(value, ensure_ascii=False))


class _Bar:
    """A progress bar on standard error; where that is no terminal, a line at the start."""

    def __init__(self) -> None:
        self._bar: Any = None

    def start(self, total_bytes: int) -> None:
        from tqdm import tqdm

        if sys.stderr.isatty():
            self._bar = tqdm(total=total_bytes, unit="B", unit_scale=True, desc="indexing", leave=False)
        else:
            say(f"indexing {total_bytes:,} bytes of articles…")

    def advance(self, read_bytes: int, report: Report) -> None:
        if self._bar is not None:
            done = report.added + report.updated + report.unchanged
            self._bar.set_postfix_str(f"{done} articles", refresh=False)
            self._bar.update(read_bytes)

    def finish(self) -> None:
        if self._bar is not None:
            self._bar.close()


def _index(arguments: argparse.Namespace, settings: Settings) -> int:
    paths: list[str] = []
    for path in arguments.paths:
        paths.extend(line.rstrip("\n") for line in sys.stdin if line.strip()) if path == "-" else paths.append(path)
    if not paths:
        raise UsageError("no path came on standard input; give one path a line")
    index = settings.open_index()
    report = index.add(paths, prune=arguments.prune, progress=_Bar(), ray=arguments.ray)
    for error in report.failed:
        say(f"failed: {error}")
    for warning in report.warnings:
        say(f"warning: {warning}")
    put_json(report.to_dict()) if arguments.json else put(str(report))
    if not report.failed and not report.interrupted:
        return DONE
    return PARTLY if report.added + report.updated + report.unchanged + report.removed else NOTHING


def _remove(arguments: argparse.Namespace, settings: Settings) -> int:
    index = settings.open_index(read_only=True)
    known = {info.doc_id for info in index.documents()}
    index.close()
    wanted = list(dict.fromkeys(arguments.doc_ids))
    present = [doc_id for doc_id in wanted if doc_id in known]
    for doc_id in wanted:
        if doc_id not in known:
            say(f"failed: no document {doc_id!r} is in the index; list them with: dateline status --json")
    if present:
        settings.open_index().remove(present)
    if arguments.json:
        put_json({"removed": present, "failed": [doc_id for doc_id in wanted if doc_id not in known]})
    else:
        put(f"removed {len(present)}")
    if len(present) == len(wanted):
        return DONE
    return PARTLY if present else NOTHING


def _status(arguments: argparse.Namespace, settings: Settings) -> int:
    index = settings.open_index(read_only=True)
    status = index.status()
    documents = index.documents()
    if arguments.json:
        listed = [
            {"doc_id": d.doc_id, "title": d.title, "source": d.source, "published": d.published,
             "published_from": d.published_from, "passages": d.passages}
            for d in documents
        ]  # fmt: skip
        put_json({**status, "document_list": listed})
        return DONE
    put(f"{status['documents']} documents, {status['passages']} passages, {status['undated']} undated")
    put(f"store {status['store']}, format {status['format_version']}")
    put(f"embedder {status['embedder']['name']}, {status['embedder']['dimension']} dimensions")
    for document in documents:
        put(f"  {document.published or 'undated':<10}  {document.doc_id}  {document.title}")
    return DONE


def _show(arguments: argparse.Namespace, settings: Settings) -> int:
    document = settings.open_index(read_only=True).document(arguments.doc_id)
    if arguments.json:
        put_json(document.to_dict())
        return DONE
    known = {"stated": "stated in the text", "metadata": "given by metadata", "address": "named in its address",
             "ambiguous": "its date could be read in two ways", "unknown": "nobody says when"}  # fmt: skip
    put(f"{document.title}\n{document.source or 'source unknown'}, {document.published or 'undated'}"
        f" ({known[document.published_from]})\n")  # fmt: skip
    put(document.text)
    return DONE


def _doctor(arguments: argparse.Namespace, settings: Settings) -> int:
    from dateline.rag.command.checkup import checkup

    say("checking the index…")
    found = checkup(settings, repair=arguments.repair)
    put_json(found.to_dict()) if arguments.json else put("\n".join(found.lines()))
    return DONE if found.sound else PARTLY


def _search(arguments: argparse.Namespace, settings: Settings) -> int:
    def run(line: dict[str, Any]) -> dict[str, Any]:
        import time

        _known(line, "query", "k", *_BOUNDS)
        bounds = _bounds(line, retriever)
        started = time.perf_counter()
        hits = retriever.search(
            _text(line, "query"),
            _whole(line, "k", settings.k),
            asked_on=_optional(line, "asked_on"),
            after=_optional(line, "after"),
            before=_optional(line, "before"),
            bounds=bounds,
        )
        return {"hits": [hit.to_dict() for hit in hits], "ms": round((time.perf_counter() - started) * 1000, 1)}

    _needs(arguments, "query", "QUERY")
    retriever = settings.assistant().retriever
    if arguments.batch:
        return _batch(arguments.batch, run)
    found = run(
        {"query": arguments.query, "asked_on": arguments.asked_on, "after": arguments.after, "before": arguments.before}
    )
    if arguments.json:
        put_json({"query": arguments.query, **found})
        return DONE
    for hit in found["hits"]:
        put(f"{hit['rank']}. {hit['title']} — {hit['source'] or 'source unknown'}, {hit['published'] or 'undated'}")
        put(f"   {hit['doc_id']}#char={hit['start']},{hit['end']}  score {hit['score']:.3f}")
        put("   " + " ".join(hit["text"].split()) + "\n")
    if not found["hits"]:
        put("nothing found")
    return DONE


def _ask(arguments: argparse.Namespace, settings: Settings) -> int:
    def run(line: dict[str, Any]) -> dict[str, Any]:
        _known(line, "question", "history", *_BOUNDS)
        answer = assistant.ask(
            _text(line, "question"),
            line.get("history"),
            asked_on=_optional(line, "asked_on"),
            after=_optional(line, "after"),
            before=_optional(line, "before"),
            doc_ids=_texts(line, "doc_ids"),
        )
        return answer.to_dict()

    _needs(arguments, "question", "QUESTION")
    assistant = settings.assistant()
    if arguments.batch:
        return _batch(arguments.batch, run)
    answer = assistant.ask(
        arguments.question, asked_on=arguments.asked_on, after=arguments.after, before=arguments.before
    )
    put_json(answer.to_dict()) if arguments.json else _print_answer(answer)
    return DONE


def _print_answer(answer: Answer) -> None:
    if answer.notice:
        say(answer.notice)
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(answer.text))
    else:
        put(answer.text)
    cited = answer.nearest if answer.abstained else answer.citations
    if cited:
        put("\nNearest, but not an answer:" if answer.abstained else "")
    for citation in cited:
        _print_citation(citation, marked=not answer.abstained)


def _print_citation(citation: Citation, *, marked: bool) -> None:
    from dateline.index.dates.expressions import describe

    mark = f"[{citation.n}] " if marked else "  - "
    put(f"{mark}{citation.title} — {citation.source or 'source unknown'}, {(citation.published or 'undated')[:10]}")
    put(f"    “{' '.join(citation.quote.split())}”")
    put(f"    {citation.doc_id}#char={citation.start},{citation.end}")
    for expression in citation.dates:
        put(f"    “{expression.text}” → {describe(expression)}")


def _dates(arguments: argparse.Namespace, settings: Settings) -> int:
    from dateline.index.dates.expressions import resolve

    def run(line: dict[str, Any]) -> dict[str, Any]:
        _known(line, "text", "published")
        text = _text(line, "text")
        published = _optional(line, "published")
        if published is not None:
            from dateline.index.filters import to_day

            to_day(published)
        return {"timexes": [expression.to_dict() for expression in resolve(text, published)]}

    _needs(arguments, "file", "FILE")
    if arguments.batch:
        return _batch(arguments.batch, run)
    with _reading(arguments.file) as file:
        text = file.read()
    found = run({"text": text, "published": arguments.published})
    if arguments.json:
        put_json(found)
        return DONE
    for timex in found["timexes"]:
        days = f"{timex['earliest'] or '…'} to {timex['latest'] or '…'}"
        put(f"{timex['start']:>6}-{timex['end']:<6} {timex['type']:<8} {timex['value']:<18} {days}  {timex['text']!r}")
    return DONE


def _check(arguments: argparse.Namespace, settings: Settings) -> int:
    from dateline.rag.check.grounding import check

    entailment = None
    if settings.nli:
        from dateline.rag.check.entailment import CrossEncoderEntailment

        entailment = CrossEncoderEntailment(settings.nli)

    def run(line: dict[str, Any]) -> dict[str, Any]:
        _known(line, "claim", "passages")
        passages = line.get("passages")
        if not isinstance(passages, list) or not all(isinstance(passage, str) for passage in passages):
            raise UsageError("passages is missing or not a list of texts")
        support = check(_text(line, "claim"), passages, entailment=entailment)
        return {
            "supported": support.supported,
            "score": support.score,
            "passage": support.passage,
            "quote": support.quote,
        }

    _needs(arguments, "claim", "CLAIM")
    if arguments.batch:
        return _batch(arguments.batch, run)
    if not arguments.passages:
        raise UsageError("no passage is given; write the passages after the claim")
    found = run({"claim": arguments.claim, "passages": arguments.passages})
    if arguments.json:
        put_json(found)
    else:
        put(f"{'supported' if found['supported'] else 'not supported'} ({found['score']:.2f})")
        if found["quote"]:
            put(f"  passage {found['passage']}: “{found['quote']}”")
    return DONE


def _rewrite(arguments: argparse.Namespace, settings: Settings) -> int:
    rewrite = settings.rewriter()

    def run(line: dict[str, Any]) -> dict[str, Any]:
        from dateline.rag.question.history import turns

        _known(line, "question", "history")
        return {"question": rewrite(_text(line, "question"), turns(line.get("history")))}

    _needs(arguments, "question", "QUESTION")
    if arguments.batch:
        return _batch(arguments.batch, run)
    history: Any = []
    if arguments.history:
        with _reading(arguments.history) as file:
            try:
                history = json.load(file)
            except (ValueError, RecursionError) as error:
                raise UsageError(f"{arguments.history}: not JSON ({error})") from error
    found = run({"question": arguments.question, "history": history})
    put_json(found) if arguments.json else put(found["question"])
    return DONE


def _serve(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.write and not arguments.mcp_stdio:
        raise UsageError("--write goes with --mcp-stdio; over HTTP set DATELINE_WRITE_TOKEN instead")
    assistant = settings.assistant(read_only=not (arguments.write or settings.write_token))
    if arguments.mcp_stdio:
        from dateline.rag.service.mcp_server import serve_stdio

        serve_stdio(assistant, writing=arguments.write)
    else:
        from dateline.rag.service.http import serve

        if settings.logs == "json":
            from dateline.rag.service.logs import log_json

            log_json(settings.secrets())
        say(f"Dateline answers on http://{arguments.host}:{arguments.port}/v1/ (Ctrl+C stops it)")
        serve(
            assistant,
            arguments.host,
            arguments.port,
            token=settings.token or None,
            write_token=settings.write_token or None,
            allowed_hosts=settings.allowed_hosts,
        )
    return DONE


def _needs(arguments: argparse.Namespace, name: str, shown: str) -> None:
    """Demand the argument or ``--batch``, one of the two."""
    given = getattr(arguments, name)
    if given is None and not arguments.batch:
        raise UsageError(f"{shown} is missing; give it, or --batch FILE")
    if given is not None and arguments.batch:
        raise UsageError(f"{shown} and --batch do not go together; give one of them")


def _reading(path: str) -> TextIO:
    try:
        file: Any = sys.stdin.buffer if path == "-" else Path(path).open("rb")  # noqa: SIM115 - closed with what is returned
        file = file if hasattr(file, "peek") else io.BufferedReader(file)
        # Without newline a carriage return inside a line, which JSON allows, would end the line.
        return io.TextIOWrapper(file, encoding=_encoding(file.peek(4)), errors="replace", newline="\n")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); give another file") from error


def _encoding(first: bytes) -> str:
    """Tell UTF-16, as PowerShell writes it, by its mark or by the zero in its first character; else it is UTF-8."""
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if first[:2].count(0) == 1:
        return "utf-16-be" if first[0] == 0 else "utf-16-le"
    return "utf-8-sig"


def _batch(path: str, run: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
    """Answer one JSON object a line, in order; a bad line is answered with its error."""
    code = DONE
    with _reading(path) as lines:
        for line in lines:
            if not line.strip():
                continue
            given: Any = None
            try:
                given = json.loads(line)
                if not isinstance(given, dict):
                    raise UsageError("not a JSON object; write one object a line")
                result = run(given)
            except (DatelineError, ValueError, RecursionError) as error:
                code = PARTLY
                reason = str(error) if isinstance(error, DatelineError) else f"not JSON ({error})"
                result = {"error": reason}
            put_json({"id": given.get("id") if isinstance(given, dict) else None, **result})
            sys.stdout.flush()
    return code


def _text(line: dict[str, Any], key: str) -> str:
    value = line.get(key)
    if not isinstance(value, str):
        raise UsageError(f"{key} is missing or not a text")
    return value


def _optional(line: dict[str, Any], key: str) -> str | None:
    value = line.get(key)
    if value is not None and not isinstance(value, str):
        raise UsageError(f"{key} is not a text")
    return value or None


def _whole(line: dict[str, Any], key: str, default: int) -> int:
    value = line.get(key)
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 1000:
        raise UsageError(f"{key} must be a whole number from 1 to 1000")
    return value


_BOUNDS = ("asked_on", "after", "before", "doc_ids")


def _known(line: dict[str, Any], *names: str) -> None:
    """Raise UsageError for a field that nothing would come of."""
    for name in line.keys() - {"id", *names}:
        near = difflib.get_close_matches(name, names, n=1)
        raise UsageError(
            f"there is no field {name!r}; " + (f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}")
        )


def _texts(line: dict[str, Any], key: str) -> tuple[str, ...]:
    value = line.get(key) or ()
    values = (value,) if isinstance(value, str) else value
    if not isinstance(values, list | tuple) or not all(isinstance(each, str) for each in values):
        raise UsageError(f"{key} is not a list of texts")
    return tuple(values)


def _bounds(line: dict[str, Any], retriever: Retriever) -> Filter:
    from dataclasses import replace

    doc_ids = _texts(line, "doc_ids")
    if doc_ids:
        retriever.index.require(doc_ids)
    return replace(retriever.bounds, doc_ids=doc_ids or retriever.bounds.doc_ids)
