import importlib
import types

import pytest


@pytest.mark.parametrize("name", ["dateline", "dateline.index", "dateline.rag", "dateline.eval"])
def test_what_is_listed_exists_and_nothing_else_is_public(name: str) -> None:
    module = importlib.import_module(name)
    for public in module.__all__:
        assert getattr(module, public) is not None
    beside = {
        key
        for key, value in vars(module).items()
        if not key.startswith("_") and not isinstance(value, types.ModuleType) and key not in module.__all__
    }
    assert beside <= {"import_module", "TYPE_CHECKING"}


@pytest.mark.parametrize("name", ["dateline", "dateline.index", "dateline.rag", "dateline.eval"])
def test_a_name_that_does_not_exist_is_an_attribute_error(name: str) -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = importlib.import_module(name).no_such_name
