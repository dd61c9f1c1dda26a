"""FHIRPath tokens to syntax, by precedence climbing (https://hl7.org/fhirpath/N1/#expressions)."""

from decimal import Decimal
from typing import Any

from rehabfhir.fhirpath.errors import FhirPathSyntaxError
from rehabfhir.fhirpath.lexer import Token, tokens
from rehabfhir.fhirpath.quantity import CALENDAR, Quantity
from rehabfhir.fhirpath.syntax import (
    Ast,
    Binary,
    Call,
    Chain,
    External,
    Index,
    Literal,
    Member,
    Path,
    TypeTest,
    Unary,
    Variable,
)
from rehabfhir.fhirpath.temporal import Temporal, parse_date, parse_datetime, parse_time

__all__ = ["MAX_DEPTH", "parse"]

MAX_DEPTH = 80

_BINARY = {
    "implies": 1,
    "or": 2,
    "xor": 2,
    "and": 3,
    "in": 4,
    "contains": 4,
    "=": 5,
    "~": 5,
    "!=": 5,
    "!~": 5,
    "<": 6,
    "<=": 6,
    ">": 6,
    ">=": 6,
    "|": 7,
    "is": 8,
    "as": 8,
    "+": 9,
    "-": 9,
    "&": 9,
    "*": 10,
    "/": 10,
    "div": 10,
    "mod": 10,
}
_POLARITY = 11
_CHAINS = {"and", "or", "|"}
_NEVER_A_NAME = {"and", "or", "xor", "implies", "div", "mod", "in"}


def parse(text: str) -> Ast:
    """The syntax of `text`.

    Raises:
        FhirPathSyntaxError: with the position where the text stops being FHIRPath, or nests too deeply.
    """
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.at = 0
        self.depth = 0

    def whole(self) -> Ast:
        found = self.expression(0)
        token = self.tokens[self.at]
        if token.kind != "end":
            raise self.unexpected(token, "an operator or the end")
        return found

    def unexpected(self, token: Token, wanted: str) -> FhirPathSyntaxError:
        found = "the end" if token.kind == "end" else repr(token.text)
        return FhirPathSyntaxError(self.text, token.position, f"found {found}, expected {wanted}")

    def symbol(self, text: str) -> None:
        token = self.tokens[self.at]
        if token.kind != "symbol" or token.text != text:
            raise self.unexpected(token, repr(text))
        self.at += 1

    def at_symbol(self, text: str) -> bool:
        token = self.tokens[self.at]
        return token.kind == "symbol" and token.text == text

    def expression(self, least: int) -> Ast:
        self.depth += 1
        levels = 0
        if self.depth > MAX_DEPTH:
            raise FhirPathSyntaxError(
                self.text, self.tokens[self.at].position, f"more than {MAX_DEPTH} levels of nesting"
            )
        left = self.signed()
        while True:
            token = self.tokens[self.at]
            power = _BINARY.get(token.text) if token.kind in {"symbol", "name"} else None
            if power is None or power <= least:
                break
            self.at += 1
            levels += 1
            if token.text in {"is", "as"}:
                left = TypeTest(token.text, left, self.type_name(), token.position)
            elif token.text in _CHAINS:
                operands = [left, self.expression(power)]
                while self.same(token):
                    self.at += 1
                    operands.append(self.expression(power))
                left = Chain(token.text, tuple(operands))
            else:
                left = Binary(token.text, left, self.expression(power))
            if self.depth + levels > MAX_DEPTH:
                raise FhirPathSyntaxError(self.text, token.position, f"more than {MAX_DEPTH} operators in a row")
        self.depth -= 1
        return left

    def same(self, operator: Token) -> bool:
        token = self.tokens[self.at]
        return token.kind == operator.kind and token.text == operator.text

    def signed(self) -> Ast:
        token = self.tokens[self.at]
        if token.kind == "symbol" and token.text in "+-":
            self.at += 1
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise FhirPathSyntaxError(self.text, token.position, f"more than {MAX_DEPTH} levels of nesting")
            operand = self.signed()
            self.depth -= 1
            return Unary(token.text, operand)
        return self.path()

    def path(self) -> Ast:
        first = self.term()
        steps: list[Member | Call | Index | Variable] = []
        while True:
            if self.at_symbol("."):
                self.at += 1
                steps.append(self.invocation())
            elif self.at_symbol("["):
                self.at += 1
                steps.append(Index(self.expression(0)))
                self.symbol("]")
            else:
                break
        if not steps:
            return first
        if isinstance(first, Path):
            return Path(first.first, (*first.steps, *steps))
        return Path(first, tuple(steps))

    def term(self) -> Ast:
        token = self.tokens[self.at]
        kind = token.kind
        if kind == "number":
            return self.number(token)
        if kind == "string":
            self.at += 1
            return Literal((token.text,))
        if kind in {"date", "dateTime", "time"}:
            self.at += 1
            return Literal((self.temporal(token),))
        if kind == "external":
            self.at += 1
            return External(token.text, token.position)
        if kind == "symbol" and token.text == "(":
            self.at += 1
            inner = self.expression(0)
            self.symbol(")")
            return inner
        if kind == "symbol" and token.text == "{":
            self.at += 1
            self.symbol("}")
            return Literal(())
        if kind == "name" and token.text in {"true", "false"}:
            self.at += 1
            return Literal((token.text == "true",))
        if kind == "name" and token.text in _NEVER_A_NAME:
            raise self.unexpected(token, "a term")
        return self.invocation()

    def number(self, token: Token) -> Ast:
        self.at += 1
        value: Any = Decimal(token.text) if "." in token.text else int(token.text)
        follower = self.tokens[self.at]
        if follower.kind == "string":
            self.at += 1
            return Literal((Quantity(Decimal(value), follower.text),))
        if follower.kind == "name" and follower.text in CALENDAR:
            self.at += 1
            return Literal((Quantity(Decimal(value), CALENDAR[follower.text], calendar=True),))
        return Literal((value,))

    def temporal(self, token: Token) -> Temporal:
        reader = {"date": parse_date, "dateTime": parse_datetime, "time": parse_time}[token.kind]
        found = reader(token.text)
        if found is None:
            raise FhirPathSyntaxError(self.text, token.position, f"@{token.text} is not a {token.kind} that exists")
        return found

    def invocation(self) -> Member | Call | Variable:
        token = self.tokens[self.at]
        if token.kind == "variable":
            self.at += 1
            return Variable(token.text)
        if token.kind not in {"name", "delimited"}:
            raise self.unexpected(token, "a name, a literal or '('")
        self.at += 1
        if not self.at_symbol("("):
            return Member(token.text, token.position)
        self.at += 1
        arguments: list[Ast] = []
        if not self.at_symbol(")"):
            arguments.append(self.expression(0))
            while self.at_symbol(","):
                self.at += 1
                arguments.append(self.expression(0))
        self.symbol(")")
        return Call(token.text, tuple(arguments), token.position)

    def type_name(self) -> str:
        names = [self.identifier()]
        while self.at_symbol("."):
            self.at += 1
            names.append(self.identifier())
        return ".".join(names)

    def identifier(self) -> str:
        token = self.tokens[self.at]
        if token.kind not in {"name", "delimited"}:
            raise self.unexpected(token, "the name of a type")
        self.at += 1
        return token.text
