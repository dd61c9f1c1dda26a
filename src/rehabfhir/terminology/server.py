"""An optional terminology server, asked by ``$validate-code`` only when the caller names one.

https://hl7.org/fhir/R4/valueset-operation-validate-code.html. Every answer is kept; a failure of the network or of the
server is CANNOT_TELL with its reason, never an exception and never a verdict.
"""

from typing import TYPE_CHECKING, Any

from rehabfhir.terminology.answers import Answer, Membership, cannot_tell, not_in

if TYPE_CHECKING:
    import requests

__all__ = ["TerminologyServer"]


class TerminologyServer:
    """A FHIR terminology server.

    Args:
        url: its base URL, for instance ``https://tx.example.org/r4``.
        timeout: seconds to wait for one answer.
        session: a `requests.Session` with what the server wants (headers, certificates); one is made when absent.
    """

    def __init__(self, url: str, *, timeout: float = 10.0, session: "requests.Session | None" = None) -> None:
        self.url = url.rstrip("/")
        self.timeout = timeout
        self._session = session
        self._kept: dict[tuple[str | None, ...], Membership] = {}

    def in_value_set(
        self,
        value_set: str,
        *,
        code: str,
        system: str | None = None,
        display: str | None = None,
        version: str | None = None,
    ) -> Membership:
        """Whether the value set holds the code, as the server sees it."""
        url, _, value_set_version = value_set.partition("|")
        parameters = {"url": url, "valueSetVersion": value_set_version, "code": code, "display": display or ""}
        if system is None:
            parameters["inferSystem"] = "true"
        else:
            parameters |= {"system": system, "systemVersion": version or ""}
        return self._ask("ValueSet", parameters)

    def in_system(self, system: str, code: str, *, version: str | None = None) -> Membership:
        """Whether the code system has the code, as the server sees it."""
        return self._ask("CodeSystem", {"url": system, "code": code, "version": version or ""})

    def _ask(self, resource: str, parameters: dict[str, str]) -> Membership:
        given = {name: value for name, value in parameters.items() if value}
        key = (resource, *sorted(f"{name}={value}" for name, value in given.items()))
        kept = self._kept.get(key)
        if kept is not None:
            return kept
        import requests  # noqa: PLC0415 - heavy, and only this method needs it

        if self._session is None:
            self._session = requests.Session()
        try:
            response = self._session.get(
                f"{self.url}/{resource}/$validate-code",
                params=given,
                headers={"Accept": "application/fhir+json"},
                timeout=self.timeout,
            )
            tree = response.json()
        except (requests.RequestException, ValueError) as error:
            return cannot_tell(f"the terminology server gave no answer ({type(error).__name__})", "server")
        answer = _read(tree, response.status_code)
        if response.status_code < 500:
            self._kept[key] = answer
        return answer


def _read(tree: Any, status: int) -> Membership:
    """A ``Parameters`` answer as a `Membership`; anything else is a doubt."""
    parameters = tree.get("parameter") if isinstance(tree, dict) and tree.get("resourceType") == "Parameters" else None
    values: dict[str, Any] = {}
    for entry in parameters if isinstance(parameters, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("name"), str):
            values[entry["name"]] = next((value for key, value in entry.items() if key.startswith("value")), None)
    result = values.get("result")
    if result is True:
        system = values.get("system")
        return Membership(Answer.IN, system=system if isinstance(system, str) else None)
    if result is False:
        return not_in("the terminology server says that the code is not valid here", "server")
    return cannot_tell(f"the terminology server answered with status {status} and no result", "server")
