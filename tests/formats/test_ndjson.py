"""NDJSON: a stream of lines, each its own source; what is bad is said and skipped."""

import gzip
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehabfhir.errors import MisuseError
from rehabfhir.formats import Limits, read_ndjson


def test_one_bad_line_among_good_ones_gives_one_finding_with_its_line():
    lines = [b'{"resourceType":"Patient","id":"%d"}' % i for i in range(1000)]
    lines[500] = b'{"resourceType":"Patient",'
    sources = list(read_ndjson(io.BytesIO(b"\n".join(lines))))
    assert len(sources) == 1000
    (bad,) = [source for source in sources if source.issues]
    assert (bad.line, bad.tree, bad.raw) == (501, None, lines[500])
    assert bad.issues[0].line == 501


def test_blank_lines_are_skipped_and_counted():
    sources = list(read_ndjson(io.BytesIO(b'\n{"a":1}\r\n  \r\n\n{"a":2}')))
    assert [(source.line, source.tree) for source in sources] == [(2, {"a": 1}), (5, {"a": 2})]


def test_gzip_is_noticed_in_files_and_streams(tmp_path):
    path = tmp_path / "x.ndjson"
    path.write_bytes(gzip.compress(b'{"a":1}\n{"a":2}\n'))
    assert [source.tree for source in read_ndjson(path)] == [{"a": 1}, {"a": 2}]
    with path.open("rb") as stream:
        assert [source.tree for source in read_ndjson(stream)] == [{"a": 1}, {"a": 2}]


def test_a_broken_gzip_stream_ends_with_a_finding():
    packed = gzip.compress("\n".join(json.dumps({"a": i * 7919 % 1009}) for i in range(20_000)).encode())
    sources = list(read_ndjson(io.BytesIO(packed[: len(packed) // 2])))
    assert len(sources) > 500
    assert sources[-1].issues[0].rule == "gzip"
    assert sum(1 for source in sources if source.issues) <= 2


def test_a_line_beyond_the_limit_is_skipped_with_a_finding():
    sources = list(read_ndjson(io.BytesIO(b'{"a":"' + b"x" * 500 + b'"}\n{"b":1}'), limits=Limits(line=100)))
    assert [source.tree for source in sources] == [None, {"b": 1}]
    assert sources[0].issues[0].rule == "too-large"
    assert len(sources[0].raw) == 100


def test_a_position_counts_lines_of_the_stream():
    (_, second) = read_ndjson(io.BytesIO(b'{"a":1}\n{"resourceType":"P","b":[1,2]}\n'))
    assert second.position("P.b[1]") == (2, 28)


def test_text_streams_are_misuse():
    with pytest.raises(MisuseError):
        list(read_ndjson(io.StringIO("{}")))
    with pytest.raises(MisuseError):
        list(read_ndjson(5))


@given(st.lists(st.binary(max_size=40).filter(lambda line: b"\n" not in line), max_size=8))
def test_every_line_that_is_not_blank_gives_one_source(lines):
    data = b"\n".join([b"{}", *lines])
    sources = list(read_ndjson(io.BytesIO(data)))
    expected = [i for i, line in enumerate(data.split(b"\n"), 1) if line.strip()]
    assert [source.line for source in sources] == expected
