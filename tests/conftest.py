"""What every test shares: Hypothesis profiles and where the third-party suites lie."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)
settings.register_profile("dev", max_examples=25, deadline=None, suppress_health_check=_SLOW)
settings.register_profile("ci", max_examples=60, deadline=None, suppress_health_check=_SLOW, derandomize=True)
settings.register_profile("thorough", max_examples=2000, deadline=None, suppress_health_check=_SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("REHABFHIR_SHARED", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of third-party suites and packages; the test is skipped, saying so, where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"third-party suites are not here ({SHARED}); set REHABFHIR_SHARED to run this test")
    return SHARED


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's root."""
    return ROOT
