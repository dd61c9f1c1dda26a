"""No test here reads or writes the caches of the user who runs it."""

import pytest


@pytest.fixture(autouse=True, scope="session")
def _own_caches(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("xdg")))
    patch.setenv("FHIR_PACKAGE_CACHE", str(tmp_path_factory.mktemp("packages")))
    yield
    patch.undo()
