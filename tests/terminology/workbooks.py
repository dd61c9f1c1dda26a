"""Workbooks and text files in the published forms, made on the spot."""

import zipfile
from xml.sax.saxutils import escape

COLUMNS = [
    "Klassifikation", "Kod", "Titel", "Beskrivning", "Exempel", "Innefattar", "Utesluter", "Kodningsinformation", "Anmärkning",
    "Relaterad ICF-kod", "",
]  # fmt: skip
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _letters(column):
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def workbook(path, sheets, *, inline=False):
    """Write an .xlsx with `sheets` (name -> rows of texts); empty cells are left out, as spreadsheets do."""
    shared = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        names, relations = [], []
        for number, (name, rows) in enumerate(sheets.items(), 1):
            lines = []
            for at, row in enumerate(rows, 1):
                cells = ""
                for column, text in enumerate(row):
                    if not text:
                        continue
                    place = f"{_letters(column)}{at}"
                    if inline:
                        cells += f'<c r="{place}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
                    else:
                        cells += f'<c r="{place}" t="s"><v>{shared.setdefault(text, len(shared))}</v></c>'
                lines.append(f'<row r="{at}">{cells}</row>')
            archive.writestr(
                f"xl/worksheets/sheet{number}.xml",
                f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>',
            )
            names.append(f'<sheet name="{escape(name)}" sheetId="{number}" r:id="rId{number}"/>')
            relations.append(f'<Relationship Id="rId{number}" Target="worksheets/sheet{number}.xml"/>')
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{"".join(names)}</sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{"".join(relations)}</Relationships>',
        )
        items = "".join(
            f'<si><r><t xml:space="preserve">{escape(text)}</t></r><rPh><t>x</t></rPh></si>' for text in shared
        )
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{_MAIN}">{items}</sst>')
    return path


def published(path, codes, **how):
    """A workbook in the form of the publisher's: a sheet of notes, a sheet of codes."""
    rows = [
        ["KMÅ", code, title, f"Om {title.lower()}", "", "", "", "", "", "d450" if code == "QM015" else ""]
        for code, title in codes.items()
    ]
    return workbook(
        path,
        {
            "Läs mig": [["Klassifikation av vårdåtgärder"], ["Kod finns på nästa blad"]],
            "KVÅ – (KKÅ+KMÅ)": [COLUMNS, *rows],
        },
        **how,
    )
