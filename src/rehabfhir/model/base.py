"""What every domain value shares: frozen, closed to unknown fields, compared by content."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

__all__ = ["Id", "Model"]

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9\-.]{1,64}$")]
"""A FHIR logical id, taken over verbatim (https://hl7.org/fhir/R4/datatypes.html#id)."""


class Model(BaseModel):
    """An immutable value. Equal content is equality; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
