"""What the program's own source never does: run code out of data, load pickles, or trust a model's code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("index", "rag", "eval")
FILES = sorted([*(file for room in ROOMS for file in (ROOT / room).rglob("*.py")), *ROOT.glob("*.py")])
PROGRAMS = sorted([*ROOT.glob("benchmarks/*.py"), *ROOT.glob("examples/*.py"), *ROOT.glob("docs/*.py")])

MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "telnetlib", "xmlrpc"}
NAMES = {"eval", "exec", "compile", "__import__"}
CALLS = re.compile(
    r"(?:yaml\.(?:load|load_all|unsafe_load|full_load)|torch\.load|numpy\.load|np\.load|os\.(?:system|popen)|"
    r"tempfile\.mktemp|tarfile\.open|.*\.extractall)"
)
LOADERS = {"SentenceTransformer", "CrossEncoder", "AutoModel", "AutoTokenizer", "pipeline"}


@pytest.mark.parametrize("file", [*FILES, *PROGRAMS], ids=lambda file: file.relative_to(ROOT).as_posix())
def test_nothing_runs_code_out_of_data(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        where = f"{file.name}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Import):
            assert not MODULES & {alias.name.split(".")[0] for alias in node.names}, where
        elif isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] not in MODULES, where
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in NAMES, f"{where}: {called}"
            assert not CALLS.fullmatch(called), f"{where}: {called}"
            given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            assert given.get("shell", "False") == "False", where
            assert given.get("allow_pickle", "False") == "False", where
            assert given.get("verify") != "False", f"{where}: certificates are checked"
            assert given.get("trust_remote_code", "False") == "False", where


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_models_come_from_safetensors_alone(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in LOADERS:
            given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            assert given["trust_remote_code"] == "False", f"{file.name}:{node.lineno}"
            assert "model_kwargs" in given, f"{file.name}:{node.lineno}"
            assert "'use_safetensors': True" in ast.unparse(tree), f"{file.name}:{node.lineno}"


@pytest.mark.parametrize("file", [*FILES, *PROGRAMS], ids=lambda file: file.relative_to(ROOT).as_posix())
def test_no_collection_names_the_code_that_embeds(file: Path) -> None:
    """Chroma's client would build what the collection's configuration names."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith((".get_collection", "create_collection")):
            given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            assert given.get("embedding_function") == "None", f"{file.name}:{node.lineno}"


def test_a_model_that_is_a_pickle_is_refused(tmp_path: Path) -> None:
    """A folder with pytorch_model.bin instead of model.safetensors is an error, and nothing of it is run."""
    import shutil

    from dateline.index.errors import ModelError
    from dateline.index.vectors.embedding import load_sentence_transformer
    from dateline.index.vectors.packaged import packaged_folder

    folder = tmp_path / "model"
    shutil.copytree(packaged_folder(), folder)
    for weights in folder.rglob("*.safetensors"):
        weights.unlink()
    touched = tmp_path / "touched"
    # A pickle whose loading would make a file: os.mkdir(touched)
    (folder / "pytorch_model.bin").write_bytes(b"cposix\nmkdir\n(V%s\ntR." % str(touched).encode())
    with pytest.raises(ModelError):
        load_sentence_transformer(str(folder))
    assert not touched.exists()
