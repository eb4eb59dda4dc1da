"""Small tables in every dialect of CSV, and what pandas reads when it is told how each is written.

kiln has to find that out by itself: only `settings` of a case are given to it.

Run: python tests/golden/dialects.py   (writes the files in dialects/ and dialects.json beside them)
Needs pandas 3 and zstandard.
"""

import gzip
import io
import json
from pathlib import Path

import pandas as pd
import zstandard

assert pd.__version__.startswith("3."), pd.__version__
HERE = Path(__file__).parent
FOLDER = HERE / "dialects"
FOLDER.mkdir(exist_ok=True)

PLAIN = "name,age,size,label\nAnn,31,1.5,a\nBob,,2.25,b\nCy,45,,a\nDi,52,-0.5,b\n"
GERMAN = "Ort;Höhe;Fläche;Art\nZürich;408,5;87,88;Stadt\nKöln;53,25;405,01;Stadt\nSölden;1368;466,9;Ort\n"
FRENCH = "ville\tprix\tlabel\nLyon\t1 163,74\ta\nNîmes\t349,65\tb\nMetz\t12 000,5\ta\n"
cases = []


def case(name, contents, settings=None, columns=None, **how):
    """A file, what pandas has to be told of it, and columns that it cannot read: their numbers are worked out in `columns`."""
    contents = contents.encode() if isinstance(contents, str) else contents
    path = FOLDER / f"{len(cases) + 1:02}-{name}"
    path.write_bytes(contents)
    frame = pd.read_csv(path, **how)
    for column, values in (columns or {}).items():
        frame[column] = values
    table = {}
    for column in frame.columns:
        cells = frame[column]
        if pd.api.types.is_numeric_dtype(cells) and not pd.api.types.is_bool_dtype(cells):
            values = [None if pd.isna(cell) else float(cell) for cell in cells]
            kind = "numbers"
        else:
            values = [None if pd.isna(cell) else str(cell) for cell in cells]
            kind = "texts"
        name_in_file = "" if str(column).startswith("Unnamed: 0") else str(column)
        table[name_in_file] = {"kind": kind, "values": values}
    cases.append({"file": path.name, "settings": settings or {}, "columns": table})


def indexed(name, contents, **how):
    """A file whose first column is an index without a name: a text for kiln's test, whatever it is for pandas."""
    contents = contents.encode() if isinstance(contents, str) else contents
    path = FOLDER / f"{len(cases) + 1:02}-{name}"
    path.write_bytes(contents)
    frame = pd.read_csv(path, **how)
    table = {"": {"kind": "index", "values": [str(cell) for cell in frame.index]}}
    for column in frame.columns:
        cells = frame[column]
        is_number = pd.api.types.is_numeric_dtype(cells)
        values = [None if pd.isna(cell) else float(cell) if is_number else str(cell) for cell in cells]
        table[str(column)] = {"kind": "numbers" if is_number else "texts", "values": values}
    cases.append({"file": path.name, "settings": {}, "columns": table})


def gz(contents):
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as file:
        file.write(contents)
    return out.getvalue()


def zst(contents):
    return zstandard.ZstdCompressor().compress(contents)


# What stands between cells.
case("comma.csv", PLAIN)
case("semicolon.csv", PLAIN.replace(",", ";"), sep=";")
case("tab.tsv", PLAIN.replace(",", "\t"), sep="\t")
case("bar.csv", PLAIN.replace(",", "|"), sep="|")
case("space.txt", "x y label\n1 2.5 a\n3 4.5 b\n-5 6 a\n", sep=" ")
case("aligned.txt", "  x      y  label\n  1    2.5      a\n 13    4.5      b\n -5     60      a\n", sep=r"\s+")
case(
    "commas-in-header.csv",
    "name;size, cm;weight, kg\nx, y;1,5;2,5\nz;3,5;4\nw;12;0,25\n",
    sep=";",
    decimal=",",
)
case("semicolons-in-text.csv", "text,x\nred;green,1\nblue,2\n;,3\n")
case("bars-in-cells.csv", "tags,x,y\nnew|big,1,a\nold,2,b\nnew|old|big,3,a\n")
case("commas-in-tabs.tsv", "place\tx\nRome, Italy\t1.5\nOslo, Norway\t2\nBern, Berne, CH\t3\n", sep="\t")
case("excel-sep.csv", "sep=;\nname;x\nAnn, Lee;1,5\nBob;2,25\nCy;3\n", sep=";", skiprows=1, decimal=",")
case("excel-sep-quoted.csv", '"sep=,"\r\nname,x\r\nAnn;Lee,1.5\r\nBob,2\r\n', skiprows=1)
case("excel-sep-tab.csv", "sep=\t\nname\tx\nAnn, Lee\t1.5\nBob\t2\n", sep="\t", skiprows=1)

# Decimals and thousands.
case("decimal-comma.csv", GERMAN, sep=";", decimal=",")
case("thousands-point.csv", "a;b\n1.163,74;x\n349,65;y\n-12.000.163,5;z\n", sep=";", decimal=",", thousands=".")
case("thousands-comma.csv", 'a,b\n"1,163.74",x\n"349.65",y\n"-12,000,163.5",z\n', thousands=",")
case("thousands-beside-none.csv", 'a,b\n"1,163.74",x\n349.65,y\n980,z\n"2,000",w\n', thousands=",")
case("thousands-space.tsv", FRENCH, sep="\t", decimal=",", thousands=" ")
case("thousands-nbsp.tsv", FRENCH.replace("1 1", "1\u00a01").replace("12 0", "12\u00a00"), sep="\t", decimal=",", thousands="\u00a0", engine="python")
case("thousands-narrow.tsv", FRENCH.replace("1 1", "1\u202f1").replace("12 0", "12\u202f0"), sep="\t", decimal=",", thousands="\u202f", engine="python")
case("thousands-apostrophe.csv", "a,b\n1'163.74,x\n349.65,y\n12'000'163.5,z\n", thousands="'")
case("thousands-indian.csv", 'a,b\n"12,34,567.5",x\n"1,234.25",y\n42,z\n', thousands=",")
case("decimal-comma.tsv", GERMAN.replace(";", "\t"), sep="\t", decimal=",")
case("decimal-comma-quoted.csv", 'a,b\n"1,5",x\n"2,25",y\n3,z\n', decimal=",")
case(
    "decimals-by-column.csv",
    "a;b;c\n1,5;2.5;x\n2,25;1163.5;y\n1.163,5;0.125;z\n",
    sep=";",
    columns={"a": [1.5, 2.25, 1163.5]},
)
case("thousands-or-decimal.csv", 'a,b\n"1,163",x\n"2,450",y\n980,z\n', thousands=",")
case("decimal-or-thousands.csv", "a;b\n1,163;x\n2,450;y\n980;z\n", sep=";", decimal=",")
case("told-by-the-other-column.tsv", "a\tb\n1,163\t2,5\n2,450\t3,25\n980\t7\n", sep="\t", decimal=",")
case("asked-for.csv", 'a,b\n"1,163",x\n"2,450",y\n980,z\n', settings={"decimal": "comma"}, decimal=",")
case("three-decimals.csv", "a,b\n1.163,x\n2.450,y\n980,z\n")
case("exponents.csv", "a,b\n1.5e3,x\n-2E-5,y\n+3,z\n1e-300,w\n6.02214076e+23,v\n")
case("bare-points.csv", "a,b\n.5,x\n5.,y\n-.25,z\n")
case("many-digits.csv", "t,x\n1700000000123,0.1234567890123456789\n1700000000124,123456789012345.678\n1700000000125,9007199254740993\n")

# Comments and blank lines.
case("comments-first.csv", "# made by: x, y, z\n#\n# a \"quote\n" + PLAIN, skiprows=3)
case("comments-among-rows.csv", "x,y\n1,2\n# 3,4 is wrong, so is 5\n5,6\n#7,8\n9,10\n", comment="#")
case("header-in-comment.bed", "# source: z\n#chrom\tstart\tend\nchr1\t5\t10\nchr2\t7\t19\n", sep="\t", skiprows=1)
case("blank-lines.csv", "\n\nx,y\n\n1,a\n   \n2,b\n\r\n3,a\n\n")
case("hash-in-cells.csv", "colour,x\n#ff0000,1\n#00ff00,2\n#0000ff,3\n")

# Encodings.
case("utf-8-mark.csv", b"\xef\xbb\xbf" + PLAIN.encode())
case("utf-16-le.csv", b"\xff\xfe" + GERMAN.encode("utf-16-le"), sep=";", decimal=",", encoding="utf-16")
case("utf-16-be.csv", b"\xfe\xff" + GERMAN.encode("utf-16-be"), sep=";", decimal=",", encoding="utf-16")
case("utf-16-no-mark.csv", PLAIN.replace("Di", "Dí").encode("utf-16-le"), encoding="utf-16-le")
case("latin-1.csv", GERMAN.encode("latin-1"), sep=";", decimal=",", encoding="latin-1")
case("windows-1252.csv", "text,x\n“5 €”,1.5\nnaïve…,2\nŒuvre,3\n".encode("cp1252"), encoding="cp1252")
case("utf-8.csv", "名前,x,ラベル\n東京,1.5,é\nZürich,2,😀\n\u00a0Ωmega\u00a0,3,é\n".replace("\u00a0", ""))
case("latin-1-late.csv", ("text,x\n" + "plain,1\n" * 12 + "Genève,2\n").encode("latin-1"), encoding="latin-1")

# Compression.
case("plain.csv.gz", gz(PLAIN.encode()), compression="gzip")
case("plain.csv.zst", zst(PLAIN.encode()), compression="zstd")
case("latin-1.csv.gz", gz(GERMAN.encode("latin-1")), compression="gzip", sep=";", decimal=",", encoding="latin-1")
case("utf-16.csv.zst", zst(GERMAN.encode("utf-16")), compression="zstd", sep=";", decimal=",", encoding="utf-16")
case("members.csv.gz", gz(PLAIN[:40].encode()) + gz(PLAIN[40:].encode()), compression="gzip")
case("frames.csv.zst", zst(PLAIN[:40].encode()) + zst(PLAIN[40:].encode()), compression="zstd")
case("no-name-for-it.csv", gz(PLAIN.encode()), compression="gzip")

# Quotes and line ends.
case("quoted-line-ends.csv", 'text,x\n"two\nlines",1\n"three\n\nlines, and a comma",2\nplain,3\n')
case("doubled-quotes.csv", 'text,x\n"say ""hi""",1\n"""",2\n"a"" ""b",3\n')
case("quotes-in-cells.csv", 'pipe,x\n5" pipe,1\n6",2\nit\'s,3\n')
case("space-before-quote.csv", 'name, place, x\nAnn, "Rome, Italy", 1.5\nBob, Oslo, 2\n', skipinitialspace=True)
case("crlf.csv", PLAIN.replace("\n", "\r\n"))
case("cr.csv", PLAIN.replace("\n", "\r"))
case("all-quoted.csv", '"name","x","y"\n"Ann","1.5","a"\n"Bob","","b"\n"Cy","-3","a"\n')
case("no-last-line-end.csv", PLAIN.rstrip("\n"))

# Missing values.
MARKS = ["", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A"]
MARKS += ["NA", "NULL", "NaN", "None", "n/a", "nan", "null"]
rows = "".join(f"{mark},{mark},{row}\n" for row, mark in enumerate(MARKS))
case("marks-of-pandas.csv", f"number,text,row\n1.5,word,100\n{rows}" + "2.5,other,101\n" * 25)
case(
    "marks-among-numbers.csv",
    "a,b\n1,x\n-,y\n.,-\n3.5,.\n?,none\n--,z\n4,w\n",
    na_values={"a": ["-", ".", "?", "--"]},
)
case("none-is-a-word.csv", "garage,x\nnone,1\nattached,2\nNone,3\nnone,none\nunknown,5\n", na_values={"x": ["none"]})
case("errors-of-excel.csv", "a,b\n1.5,x\n#DIV/0!,y\n#VALUE!,z\n2.5,w\n3,#REF!\n", na_values={"a": ["#DIV/0!", "#VALUE!"]})
case("a-number-is-a-mark.csv", "a,b\n1,x\n-999,y\n-999.0,z\n3,w\n", settings={"missing": ["-999"]}, na_values=["-999"])
case(
    "other-marks.csv",
    "a,b\n1,NA\nmissing,x\n3,n/k\n4,y\n",
    settings={"missing": ["missing", "n/k"]},
    keep_default_na=False,
    na_values=["missing", "n/k", ""],
)

# An index without a name, and empty ends.
indexed("index-of-pandas.csv", ",x,y\n0,1.5,a\n1,2.5,b\n2,3.5,a\n", index_col=0)
indexed("index-of-r.csv", '"","x","y"\n"1",1.5,"a"\n"2",2.5,"b"\n"3",NA,"a"\n', index_col=0)
indexed("table-of-r.txt", '"x" "y"\n"first" 1.5 "a b"\n"second" 2.5 "c"\n"third" NA "a b"\n', sep=" ")
case("trailing-commas.csv", "a,b\n1,x,\n2,y,\n3,x,\n", index_col=False)
case("empty-columns.csv", "a,b,,\n1,x,,\n2,y,,\n3,x,,\n", usecols=["a", "b"])

(HERE / "dialects.json").write_text(json.dumps({"pandas": pd.__version__, "cases": cases}, ensure_ascii=False, indent=1) + "\n")
print(len(cases), "files")
