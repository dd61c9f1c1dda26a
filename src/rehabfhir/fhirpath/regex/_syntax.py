"""Regular expressions to a small syntax tree, to Python's spelling, and to an estimate of what matching may cost.

Profiles write Java's or PCRE's dialect, where the classes of digits, words and spaces are ASCII.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from rehabfhir.fhirpath.errors import FhirPathTypeError

__all__ = ["Alternatives", "Anchor", "Chars", "Node", "Opaque", "Pattern", "Repeat", "Sequence_", "read"]

UNBOUNDED = 1 << 30
_LARGE = 8
_DEEPEST = 50
_CLASSES = set("dDwWsS")
_PLAIN = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "a": "\a", "e": "\x1b", "0": "\0"}
_QUANTIFIER = re.compile(r"\{(\d{1,9})(?:(,)(\d{1,9})?)?\}")
_GROUP = re.compile(r"\?(?::|P?<([A-Za-z_]\w*)>|(<?[=!]|>)|([a-zA-Z-]*)([:)]))")


@dataclass(frozen=True, slots=True, eq=False)
class Chars:
    """One character that `test` accepts."""

    test: Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place without width: ``^``, ``$``, ``b``, ``B``, ``A``, ``z``."""

    kind: str


@dataclass(frozen=True, slots=True)
class Sequence_:  # noqa: N801 - the plain name is typing's
    """One part after another."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Alternatives:
    """One of several."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Repeat:
    """The part, `least` to `most` times."""

    part: "Node"
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Opaque:
    """What an automaton cannot do: look around, refer back."""

    part: "Node"


Node = Chars | Anchor | Sequence_ | Alternatives | Repeat | Opaque


@dataclass
class Pattern:
    """What was read.

    Attributes:
        tree: the syntax.
        python: the same in the dialect of Python's ``re``; None when it has no spelling there.
        opaque: True when the tree holds something that an automaton cannot do.
        loops: how many parts repeat often.
        ways: in how many ways the other choices (alternatives, optional parts) may be made, at most.
        nested: True when something that repeats holds a choice: backtracking may then try all combinations.
    """

    tree: Node
    python: str | None
    opaque: bool
    loops: int
    ways: int
    nested: bool


def read(text: str) -> Pattern:
    """The pattern of `text`.

    Raises:
        FhirPathTypeError: when it is no regular expression, or one in a dialect that we do not read.
    """
    return _Reader(text).pattern()


@dataclass
class _Reader:
    text: str
    at: int = 0
    depth: int = 0
    loops: int = 0
    ways: int = 1
    nested: bool = False
    opaque: bool = False
    portable: bool = True
    out: list[str] = field(default_factory=list)

    def pattern(self) -> Pattern:
        tree, _ = self.alternatives()
        if self.at < len(self.text):
            self.fail("a ) without its (")
        return Pattern(
            tree, "".join(self.out) if self.portable else None, self.opaque, self.loops, self.ways, self.nested
        )

    def fail(self, reason: str) -> NoReturn:
        raise FhirPathTypeError(f"a regular expression cannot be read: {reason}, at character {self.at + 1}")

    def alternatives(self) -> tuple[Node, bool]:
        """The syntax up to the next ``)``, and whether it leaves a choice open (so for all readers below)."""
        self.depth += 1
        if self.depth > _DEEPEST:
            self.fail(f"more than {_DEEPEST} levels of groups")
        first, open_ = self.sequence()
        parts = [first]
        while self.text[self.at : self.at + 1] == "|":
            self.take(1)
            part, _ = self.sequence()
            parts.append(part)
        self.depth -= 1
        if len(parts) == 1:
            return first, open_
        self.ways = min(self.ways * len(parts), UNBOUNDED)
        return Alternatives(tuple(parts)), True

    def sequence(self) -> tuple[Node, bool]:
        parts: list[Node] = []
        open_ = False
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            part, inner = self.atom()
            part, inner = self.repeated(part, open_=inner)
            open_ = open_ or inner
            parts.append(part)
        return Sequence_(tuple(parts)), open_

    def take(self, count: int) -> str:
        taken = self.text[self.at : self.at + count]
        self.at += count
        self.out.append(taken)
        return taken

    def repeated(self, part: Node, *, open_: bool) -> tuple[Node, bool]:
        while self.at < len(self.text):
            sign = self.text[self.at]
            if sign in "*+?":
                least, most = {"*": (0, UNBOUNDED), "+": (1, UNBOUNDED), "?": (0, 1)}[sign]
                self.take(1)
            else:
                match = _QUANTIFIER.match(self.text, self.at) if sign == "{" else None
                if match is None:
                    return part, open_
                least = int(match[1])
                most = least if match[2] is None else UNBOUNDED if match[3] is None else int(match[3])
                if most < least:
                    self.fail("a quantifier that ends before it begins")
                self.take(len(match[0]))
            if isinstance(part, Anchor) and most > 1:
                self.fail("a repeated anchor")
            mode = self.text[self.at : self.at + 1]
            if mode == "?":
                self.take(1)
            elif mode == "+":
                self.take(1)
                self.opaque = True
            self.nested = self.nested or (open_ and most > 1)
            open_ = open_ or most > least
            if most >= _LARGE:
                self.loops += most > least
            else:
                self.ways = min(self.ways * (most - least + 1), UNBOUNDED)
            part = Repeat(part, least, most)
            if self.text[self.at : self.at + 1] in {"*", "+", "?"}:
                self.fail("a quantifier after a quantifier")
        return part, open_

    def atom(self) -> tuple[Node, bool]:
        sign = self.text[self.at]
        if sign == "(":
            return self.group()
        if sign == "[":
            return Chars(self.char_class()), False
        if sign == "\\":
            return self.escape(), False
        if sign in "*+?":
            self.fail("a quantifier with nothing to repeat")
        self.at += 1
        if sign in "^$":
            self.out.append(sign)
            return Anchor(sign), False
        if sign == ".":
            self.out.append(sign)
            return Chars(lambda char: True), False  # noqa: ARG005 - the shape of a test
        self.out.append(re.escape(sign))
        return Chars(sign.__eq__), False

    def group(self) -> tuple[Node, bool]:
        self.take(1)
        special = False
        if self.text[self.at : self.at + 1] == "?":
            match = _GROUP.match(self.text, self.at)
            if match is None or match[3]:
                self.fail("a kind of group that we do not read")
            special = match[2] is not None
            spelled = f"?P<{match[1]}>" if match[1] else match[0]
            self.at = match.end()
            self.out.append(spelled)
        inner, open_ = self.alternatives()
        if self.text[self.at : self.at + 1] != ")":
            self.fail("a ( without its )")
        self.take(1)
        if special:
            self.opaque = True
            return Opaque(inner), open_
        return inner, open_

    def escape(self) -> Node:
        letter = self.text[self.at + 1 : self.at + 2]
        if not letter:
            self.fail("a backslash at the end")
        if letter in _CLASSES:
            spelled = self.take(2)
            return Chars(re.compile(spelled, re.ASCII).match)
        if letter in "bBAzZ":
            self.at += 2
            self.out.append({"z": r"\Z", "Z": r"(?=\n?\Z)"}.get(letter, "\\" + letter))
            return Anchor("$" if letter == "Z" else letter)
        if letter in "pP":
            test, _ = self.unicode_property()
            self.portable = False
            return Chars(test)
        if letter in "123456789k":
            self.opaque = True
            if letter == "k":
                self.fail("a named back reference")
            self.take(2)
            return Opaque(Sequence_(()))
        char = self.character()
        self.out.append(re.escape(char))
        return Chars(char.__eq__)

    def character(self) -> str:
        """The character of an escape at the current place."""
        letter = self.text[self.at + 1 : self.at + 2]
        digits = {"x": 2, "u": 4}.get(letter)
        if digits is not None:
            code = self.text[self.at + 2 : self.at + 2 + digits]
            if len(code) != digits or not all(digit in "0123456789abcdefABCDEF" for digit in code):
                self.fail("an escape without its digits")
            self.at += 2 + digits
            return chr(int(code, 16))
        self.at += 2
        if letter.isalnum() and letter not in _PLAIN:
            self.fail(f"the escape \\{letter}, which we do not read")
        return _PLAIN.get(letter, letter)

    def unicode_property(self) -> tuple[Callable[[str], object], str]:
        match = re.compile(r"\\([pP])(?:\{(?:Is)?(\w+)\}|(\w))").match(self.text, self.at)
        if match is None:
            self.fail("a property without its name")
        self.at = match.end()
        name, negative = match[2] or match[3], match[1] == "P"
        if name in {"Alpha", "Alphabetic"}:
            name = "L"
        elif name in {"Digit", "Lower", "Upper", "Punct"}:
            name = {"Digit": "Nd", "Lower": "Ll", "Upper": "Lu", "Punct": "P"}[name]
        if not re.fullmatch("[LMNPSZC][a-z&]?", name):
            self.fail(f"the property {name}, which we do not know")
        return (lambda char: unicodedata.category(char).startswith(name) is not negative), name

    def char_class(self) -> Callable[[str], object]:
        """The test of a ``[class]``; nested classes and intersections are another dialect."""
        self.at += 1
        negative = self.text[self.at : self.at + 1] == "^"
        if negative:
            self.at += 1
        spelled: list[str] = []
        properties: list[Callable[[str], object]] = []
        first = True
        while True:
            sign = self.text[self.at : self.at + 1]
            if not sign:
                self.fail("a [ without its ]")
            if sign == "]" and not first:
                self.at += 1
                break
            first = False
            if self.text.startswith("&&", self.at):
                self.fail("an intersection of classes")
            if sign == "\\":
                letter = self.text[self.at + 1 : self.at + 2]
                if letter in _CLASSES:
                    spelled.append("\\" + letter)
                    self.at += 2
                elif letter and letter in "pP":
                    properties.append(self.unicode_property()[0])
                elif not letter:
                    self.fail("a backslash at the end")
                else:
                    spelled.append(re.escape("\b" if letter == "b" else self.character()))
                    self.at += 2 if letter == "b" else 0
                continue
            self.at += 1
            spelled.append("-" if sign == "-" else re.escape(sign))
        python = "[" + ("^" if negative else "") + "".join(spelled).replace("--", "-\\-") + "]" if spelled else ""
        try:
            plain = re.compile(python.replace("[^", "[", 1) if negative else python, re.ASCII).match if python else None
        except re.error as error:
            self.fail(str(error))
        if not properties:
            self.out.append(python)
            return (lambda char: not plain(char)) if negative and plain else plain or bool
        self.portable = False
        return lambda char: (bool(plain and plain(char)) or any(test(char) for test in properties)) is not negative
