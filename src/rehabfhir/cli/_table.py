"""A plain table for a terminal: text to the left, numbers to the right."""

from collections.abc import Iterable, Sequence

__all__ = ["table"]


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The rows under their heads, columns as wide as their widest cell; whole numbers with thousands apart."""
    cells = [[f"{cell:,}" if type(cell) is int else str(cell) for cell in row] for row in rows]
    numeric = [bool(cells) and all(_number(row[column]) for row in cells) for column in range(len(head))]
    widths = [max([len(head[column]), *(len(row[column]) for row in cells)]) for column in range(len(head))]

    def line(row: Sequence[str]) -> str:
        placed = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        )
        return "  ".join(placed).rstrip()

    return "\n".join([line(head), line(["-" * width for width in widths]), *map(line, cells)])


def _number(text: str) -> bool:
    return text.replace(",", "").replace(".", "", 1).rstrip(" %").lstrip("-").isdigit()
