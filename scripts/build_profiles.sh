#!/bin/sh
# Compiles profiles/fsh with SUSHI, mappings/concepts and the instruments' scores, into profiles/package; with --check compares instead and fails on a difference.
# SUSHI comes from npm into a cache folder (SUSHI names another one); the packages that ours stands on come from REHABFHIR_SHARED, else ../shared.
# PYTHON names a Python with the library's dependencies; the checkout's .venv by default.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
shared=${REHABFHIR_SHARED:-$root/../shared}/fhir-packages
version=3.21.0
if [ ! -d "$shared" ]; then
  echo "build_profiles: skipped, no folder $shared with the packages that ours stands on"
  exit 0
fi
if [ -z "${SUSHI:-}" ]; then
  if ! command -v npm >/dev/null; then
    echo "build_profiles: skipped, no npm to install SUSHI with"
    exit 0
  fi
  cache=${XDG_CACHE_HOME:-$HOME/.cache}/rehabfhir/sushi-$version
  [ -x "$cache/node_modules/.bin/sushi" ] || npm install --silent --no-audit --no-fund --prefix "$cache" "fsh-sushi@$version"
  SUSHI=$cache/node_modules/.bin/sushi
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
for package in hl7.fhir.r4.core-4.0.1 hl7se.fhir.base-1.1.0; do
  folder="$work/home/.fhir/packages/${package%-*}#${package##*-}"
  mkdir -p "$folder"
  tar -xzf "$shared/$package.tgz" -C "$folder"
done
mkdir -p "$work/ig/input"
cp "$root/profiles/sushi-config.yaml" "$work/ig/"
cp -r "$root/profiles/fsh" "$work/ig/input/fsh"
HOME="$work/home" "$SUSHI" build --snapshot "$work/ig" >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }
grep -E "^(warn|error) " "$work/log" | grep -v -e "automatically-provided" -e "\"menu\" property" >&2 || :
python=${PYTHON:-$root/.venv/bin/python}
[ -x "$python" ] || python=python3
PYTHONPATH="$root/src" exec "$python" "$root/scripts/assemble_package.py" "$work/ig/fsh-generated/resources" "$@"
