"""Pieces of words, as Python's `tokenizers` learns and cuts them.

    python tests/golden/subwords.py        (needs tokenizers 0.22)

Writes subwords.json and tokenizer.json beside itself. subwords.json has for each tokeniser that kiln learns:

    settings          what kiln is asked for
    vocabulary        all pieces in the order of their ids
    cut               for each text of `texts` its pieces' ids, in the package's numbers
    decoded           what the package makes of these ids

They learn from the lines of docs/guide/novels.csv, the first 400. The package numbers characters inside of words in the order of a hash,
so that WordPiece is told them first, as kiln does. tokenizer.json is a tokeniser as others exchange it, with a template of special tokens,
padding and truncation, all of which kiln leaves out; `file` has what it makes of the texts without them.
"""

import csv
import json
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

HERE = Path(__file__).parent
NOVELS = HERE.parent.parent / "docs" / "guide" / "novels.csv"
TEXTS = [
    "",
    " ",
    "\n\n",
    "The family of Dashwood had long been settled in Sussex.",
    "Mr. Darcy's  sisters aren't\there; they'll come.",
    "ΚΑΛΗΜΕΡΑ κόσμε, привет!",
    "naïve café, cafe\u0301, A\u030angstro\u0308m, ﬁne Straße İstanbul",
    "東京へ行く 한국어 हिन्दी ภาษาไทย العربية",
    "🙂 👩‍👩‍👧‍👦 🇫🇷 \U0001f469\U0001f3fd\u200d\U0001f52c",
    "zero\u200bwidth nbsp\u00a0space \ufeffbom nul\u0000end \ufffd",
    "x" * 150,
    "1234567890 3.14 -7e10 #$%^&*()_+",
    "UPPER lower MiXeD camelCase snake_case",
    "ends with spaces   ",
    "[UNK] [CLS] ##ing <|endoftext|>",
    "\r\nline\rends\u2028\u2029",
]


def novels():
    with NOVELS.open(encoding="utf-8", newline="") as file:
        return [row["text"] for row in csv.DictReader(file)][:400]


def bpe(lower, vocabulary, min_count):
    tokenizer = Tokenizer(models.BPE())
    if lower:
        tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, min_frequency=min_count, show_progress=False, initial_alphabet=alphabet
    )
    tokenizer.train_from_iterator(novels(), trainer)
    return tokenizer


def word_piece(lower, vocabulary, min_count):
    normalizer = normalizers.BertNormalizer(lowercase=lower)
    words = pre_tokenizers.BertPreTokenizer()
    cut = [words.pre_tokenize_str(normalizer.normalize_str(text)) for text in novels()]
    inner = sorted({letter for text in cut for word, _ in text for letter in word[1:]})
    learned = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    learned.normalizer, learned.pre_tokenizer = normalizer, words
    trainer = trainers.WordPieceTrainer(
        vocab_size=vocabulary,
        min_frequency=min_count,
        show_progress=False,
        special_tokens=["[UNK]"] + ["##" + letter for letter in inner],
    )
    learned.train_from_iterator(novels(), trainer)
    # Without the special tokens, which would be found in texts as they stand.
    tokenizer = Tokenizer(models.WordPiece(learned.get_vocab(), unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, words
    tokenizer.decoder = decoders.WordPiece()
    return tokenizer


def told(tokenizer, texts=TEXTS):
    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    assert [number for _, number in vocabulary] == list(range(len(vocabulary)))
    cut = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    return {
        "vocabulary": [piece for piece, _ in vocabulary],
        "cut": cut,
        "decoded": [tokenizer.decode(ids, skip_special_tokens=False) for ids in cut],
    }


def exchanged():
    """A small BERT-like tokeniser with all that a file may ask for."""
    tokenizer = word_piece(True, 300, 2)
    tokenizer.add_special_tokens(["[CLS]", "[SEP]", AddedToken("[MASK]", lstrip=True)])
    numbers = {token: tokenizer.token_to_id(token) for token in ("[CLS]", "[SEP]")}
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=list(numbers.items())
    )
    without = told(tokenizer)
    tokenizer.enable_padding(length=12)
    tokenizer.enable_truncation(6)
    tokenizer.save(str(HERE / "tokenizer.json"), pretty=False)
    return without


golden = {"texts": TEXTS}
for name, make, lower, vocabulary, min_count in [
    ("bpe", bpe, False, 600, 2),
    ("bpe-lower", bpe, True, 400, 3),
    ("word-piece", word_piece, True, 500, 2),
    ("word-piece-cased", word_piece, False, 400, 2),
]:
    settings = {"kind": make.__name__.replace("_", "-"), "lower": lower, "vocabulary": vocabulary, "min_count": min_count}
    golden[name] = {"settings": settings, **told(make(lower, vocabulary, min_count))}
golden["file"] = exchanged()
(HERE / "subwords.json").write_text(json.dumps(golden, ensure_ascii=True, separators=(",", ":")) + "\n")
