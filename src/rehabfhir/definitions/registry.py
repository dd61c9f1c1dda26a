"""FHIR packages from registries by the npm protocol, into the standard cache. Nothing here runs unless it is called by name.

Protocol: GET `registry/name` gives every version with the address and the digest of its tarball
(https://confluence.hl7.org/display/FHIR/NPM+Package+Specification, https://docs.npmjs.com/cli/using-npm/registry).
"""

import base64
import binascii
import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote, urljoin, urlsplit

from rehabfhir.definitions.package import MAX_BYTES, manifest_of
from rehabfhir.definitions.sources import NAME, cache_folder, cached_path, is_core
from rehabfhir.definitions.unpack import unpack
from rehabfhir.definitions.versions import best_version, version_key
from rehabfhir.errors import MisuseError, PackageError

if TYPE_CHECKING:
    import requests

__all__ = ["REGISTRIES", "Installed", "Registry", "Release", "install", "registries"]

REGISTRIES = ("https://packages.fhir.org", "https://packages2.fhir.org/packages", "https://registry.npmjs.org")
_TIMEOUT = (10, 60)
_LONGEST = 900
_R4_CORE = "hl7.fhir.r4.core"
_MAX_LISTING = 32 * 1024 * 1024
_MAX_TARBALL = 256 * 1024 * 1024
_MAX_PACKAGES = 200
_STRONGEST = ("sha512", "sha384", "sha256")


@dataclass(frozen=True, slots=True)
class Installed:
    """One package in the cache after `install`.

    Attributes:
        name: its name.
        version: its version.
        folder: where it lies.
        fetched: True when it was fetched now, False when the cache had it.
        source: address of the tarball; empty when it was not fetched.
    """

    name: str
    version: str
    folder: Path
    fetched: bool
    source: str = ""


def registries() -> tuple[str, ...]:
    """The registries asked when the caller names none: REHABFHIR_REGISTRIES (separated by spaces), or the public ones."""
    named = os.environ.get("REHABFHIR_REGISTRIES", "").split()
    return tuple(named) or REGISTRIES


@dataclass(frozen=True, slots=True)
class Release:
    """One version of a package as a registry describes it: where its tarball is, and the digest to expect."""

    label: str
    version: str
    tarball: str
    digest: tuple[str, bytes] | None


def _release(registry: str, name: str, version: str, entry: Mapping[str, Any]) -> Release:
    label = f"{name}#{version}"
    dist = entry.get("dist")
    dist = dist if isinstance(dist, dict) else {}
    address = dist.get("tarball") or entry.get("url")
    if not isinstance(address, str):
        raise PackageError(label, f"{registry} gives no tarball for it; try another registry")
    return Release(label, version, urljoin(registry + "/", address), _digest(dist, label))


def _digest(dist: Mapping[str, Any], label: str) -> tuple[str, bytes] | None:
    """Algorithm and digest of the tarball, the strongest that is given."""
    found: dict[str, bytes] = {}
    integrity, shasum = dist.get("integrity"), dist.get("shasum")
    try:
        for part in integrity.split() if isinstance(integrity, str) else ():
            algorithm, _, text = part.partition("-")
            found[algorithm] = base64.b64decode(text.partition("?")[0], validate=True)
        if isinstance(shasum, str):
            found["sha1"] = bytes.fromhex(shasum)
    except (binascii.Error, ValueError) as error:
        raise PackageError(label, "the registry's digest of it cannot be read; try another registry") from error
    for algorithm in (*_STRONGEST, "sha1"):
        if algorithm in found:
            return algorithm, found[algorithm]
    return None


class Registry:
    """Registries asked in order, the first that has a package gives it.

    Args:
        addresses: base addresses; those of `registries()` when None.
        session: a requests session to use (proxies, credentials); one of its own when None.
    """

    def __init__(self, addresses: Iterable[str] | None = None, *, session: "requests.Session | None" = None) -> None:
        self._addresses = tuple(each.rstrip("/") for each in (registries() if addresses is None else addresses))
        for each in self._addresses:
            if urlsplit(each).scheme not in {"https", "http"}:
                raise MisuseError(f"a registry is an http or https address, not {each!r}")
        import requests  # noqa: PLC0415 - heavy, and only needed when the network is asked for

        self._session = requests.Session() if session is None else session
        self._is_own = session is None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections; a session that the caller gave stays open."""
        if self._is_own:
            self._session.close()

    def _get(self, address: str, limit: int, label: str) -> bytes | None:
        """The bytes at `address`, no more than `limit`; None when there is nothing."""
        import requests  # noqa: PLC0415

        if urlsplit(address).scheme not in {"https", "http"}:
            raise PackageError(label, f"its tarball is at {address}, which is no http address; try another registry")
        try:
            with self._session.get(address, timeout=_TIMEOUT, stream=True) as answer:
                if answer.status_code in {404, 410, 405}:
                    return None
                if answer.status_code != requests.codes.ok:
                    raise PackageError(label, f"{address} answers {answer.status_code}; try later or another registry")
                data = bytearray()
                deadline = monotonic() + _LONGEST
                for part in answer.iter_content(65536):
                    data += part
                    if len(data) > limit:
                        raise PackageError(label, f"{address} sends more than {limit:,} bytes; it cannot be trusted")
                    if monotonic() > deadline:
                        raise PackageError(
                            label, f"{address} takes longer than {_LONGEST} s; try later or another registry"
                        )
                return bytes(data)
        except requests.RequestException as error:
            raise PackageError(
                label, f"{address} cannot be reached ({type(error).__name__}); check the network"
            ) from error

    def _listing(self, registry: str, name: str, label: str) -> dict[str, Any] | None:
        import orjson  # noqa: PLC0415

        data = self._get(f"{registry}/{quote(name, safe='@')}", _MAX_LISTING, label)
        if data is None:
            return None
        try:
            tree = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            raise PackageError(label, f"{registry} answers something that is not JSON; try another registry") from error
        versions = tree.get("versions") if isinstance(tree, dict) else None
        return tree if isinstance(versions, dict) and versions else None

    def release(self, name: str, version: str) -> Release:
        """Where `name#version` is to be had; `latest`, `1.1.x` and `1.1` choose the newest that fits.

        Raises:
            PackageError: when no registry has it; says what each answered.
        """
        label = f"{name}#{version}"
        answers: list[str] = []
        for registry in self._addresses:
            try:
                listing = self._listing(registry, name, label)
            except PackageError as error:
                answers.append(error.reason)
                continue
            if listing is None:
                answers.append(f"{registry} does not know {name}")
                continue
            chosen = _chosen(listing, version)
            entry = listing["versions"].get(chosen) if chosen else None
            if chosen is None or not isinstance(entry, dict) or NAME.fullmatch(f"{name}#{chosen}") is None:
                known = ", ".join(sorted(map(str, listing["versions"]), key=version_key)[-5:])
                answers.append(f"{registry} has other versions ({known})")
                continue
            return _release(registry, name, chosen, entry)
        raise PackageError(label, "; ".join(answers) or "no registry is named")

    def fetch(self, release: Release) -> bytes:
        """The tarball of `release`, its digest checked.

        Raises:
            PackageError: when it cannot be had, or is not what the registry says.
        """
        if release.digest is None:
            raise PackageError(
                release.label, "the registry gives no digest, so the tarball cannot be trusted; try another registry"
            )
        data = self._get(release.tarball, _MAX_TARBALL, release.label)
        if data is None:
            raise PackageError(release.label, f"there is nothing at {release.tarball}; try another registry")
        algorithm, digest = release.digest
        if hashlib.new(algorithm, data, usedforsecurity=algorithm != "sha1").digest() != digest:
            message = f"{release.tarball} does not have the {algorithm} digest that the registry gives; do not use it, try again later"
            raise PackageError(release.label, message)
        return data


def _chosen(listing: Mapping[str, Any], version: str) -> str | None:
    known = [each for each in listing["versions"] if isinstance(each, str)]
    if version in known:
        return version
    tags = listing.get("dist-tags")
    if isinstance(tags, dict) and isinstance(tags.get(version), str):
        return str(tags[version])
    if version == "latest":
        return best_version([each for each in known if "-" not in each] or known, "")
    wanted = version.removesuffix(".x").removesuffix(".*")
    return best_version(known, wanted + ".0" if "." not in wanted else wanted)


def install(
    package: str,
    *,
    registry: Registry | None = None,
    cache: Path | None = None,
    max_bytes: int = MAX_BYTES,
) -> tuple[Installed, ...]:
    """Fetch ``name#version`` and what it depends on into the package cache; what is there already is left alone.

    Args:
        package: ``name#version``; the version may be ``latest`` or ``1.1.x``.
        registry: where to ask; the public registries when None.
        cache: the folder to install into; the standard cache of the user when None.
        max_bytes: how much one package may unpack to.

    Returns:
        Every package that is now there, the one asked for first; none for the R4 core, which is built in.

    Raises:
        PackageError: when one of them cannot be had or trusted. What was installed before stays.
        MisuseError: when `package` is not of the form name#version.
    """
    named = NAME.fullmatch(package)
    if named is None:
        raise MisuseError(f"{package!r} is not of the form name#version")
    if is_core(named["name"]) and named["name"] != _R4_CORE:
        raise PackageError(
            package, "is the core of another FHIR version; R4's is built in, and no other can stand beside it"
        )
    home = cache or cache_folder()
    if registry is not None:
        return _install_all(named["name"], named["version"], home, registry, max_bytes)
    with Registry() as own:
        return _install_all(named["name"], named["version"], home, own, max_bytes)


def _install_all(name: str, version: str, home: Path, source: Registry, max_bytes: int) -> tuple[Installed, ...]:
    done: dict[str, Installed] = {}
    waiting = [(name, version)]
    while waiting:
        name, version = waiting.pop(0)
        if name in done or is_core(name):
            continue
        label = f"{name}#{version}"
        if len(done) >= _MAX_PACKAGES:
            raise PackageError(
                label, f"would be more than {_MAX_PACKAGES} packages; install those that you need one by one"
            )
        done[name] = one = _installed(name, version, home, source, max_bytes)
        try:
            described = (one.folder / "package" / "package.json").read_bytes()
        except OSError as error:
            raise PackageError(
                label, f"cannot be read ({error.strerror}); remove {one.folder} and install it again"
            ) from error
        waiting += manifest_of(described, label).dependencies.items()
    return tuple(done.values())


def _in_cache(name: str, version: str, home: Path) -> Installed | None:
    folder = cached_path(name, version, home)
    if folder is None or not (folder / "package" / "package.json").is_file():
        return None
    return Installed(name, folder.name.partition("#")[2], folder, fetched=False)


def _installed(name: str, version: str, home: Path, source: Registry, max_bytes: int) -> Installed:
    if NAME.fullmatch(f"{name}#{version}") is None:
        raise PackageError(f"{name}#{version}", "is no name and version that can be installed; correct the dependency")
    if version != "latest":  # what is newest only a registry knows
        found = _in_cache(name, version, home)
        if found is not None:
            return found
    release = source.release(name, version)
    found = _in_cache(name, release.version, home)
    if found is not None:
        return found
    data = source.fetch(release)
    folder = unpack(data, home, name, release.version, max_bytes)
    return Installed(name, release.version, folder, fetched=True, source=release.tarball)
