use super::*;
use crate::{BpeConfig, TokenizerConfig, WordPieceConfig};

const TEXTS: [&str; 4] =
    ["low lower lowest", "new newer newest", "the lowest of the low", "Café déjà vu, 東京"];

fn stored_again(tokenizer: &crate::Tokenizer) -> crate::Tokenizer {
    serde_json::from_str(&serde_json::to_string(tokenizer).unwrap()).unwrap()
}

#[test]
fn pieces_of_bytes_give_every_text_back() {
    let config = TokenizerConfig::from(BpeConfig { vocabulary: 270, min_count: 1, ..BpeConfig::default() });
    let tokenizer = config.train(TEXTS).unwrap();
    assert_eq!((tokenizer.vocabulary(), tokenizer.name()), (272, "pieces"));
    for text in ["lowest", "Καλημέρα 🙂 x\n", "", " e\u{301}\u{0}\r\n\t"] {
        assert_eq!(tokenizer.decode(&tokenizer.encode(text)), text);
        let sized = tokenizer.sized(text).unwrap();
        assert_eq!(sized.iter().map(|(id, _)| *id).collect::<Vec<_>>(), tokenizer.encode(text));
        assert_eq!(sized.iter().map(|(_, size)| *size as usize).sum::<usize>(), text.len());
        let bytes: Vec<u8> = sized.iter().flat_map(|(id, _)| tokenizer.bytes(*id).unwrap()).collect();
        assert_eq!(bytes, text.as_bytes());
        assert_eq!(tokenizer.pieces(text).len(), sized.len());
    }
    assert!(tokenizer.encode("lowest").len() < 6);
    assert_eq!(stored_again(&tokenizer), tokenizer);
}

#[test]
fn words_are_cut_into_pieces_and_what_cannot_be_is_unknown() {
    let config =
        TokenizerConfig::from(WordPieceConfig { vocabulary: 60, min_count: 1, ..Default::default() });
    let tokenizer = config.train(TEXTS).unwrap();
    assert_eq!(tokenizer.decode(&tokenizer.encode("The LOWEST newer")), "the lowest newer");
    assert_eq!((tokenizer.encode("q"), tokenizer.pieces("the Q")), (vec![1], vec!["the".into(), "Q".into()]));
    assert!(tokenizer.encode(" \n").is_empty() && tokenizer.encode("").is_empty());
    // Spaces count for the word behind them, those at the end for the last one.
    let sized: Vec<u32> =
        tokenizer.sized("  the  low\n").unwrap().into_iter().map(|(_, size)| size).collect();
    assert_eq!(sized, [5, 6]);
    assert_eq!(tokenizer.bytes(2), None);
    assert_eq!(stored_again(&tokenizer), tokenizer);
}

#[test]
fn the_same_texts_give_the_same_pieces_in_any_number_of_threads() {
    // All pairs come equally often, so that every tie has to be broken.
    let texts: Vec<String> =
        (0..400).map(|i| format!("{}{}{} x{}y", i % 7, i % 11, i % 13, i % 17)).collect();
    let configs: [TokenizerConfig; 2] = [
        BpeConfig { vocabulary: 320, ..BpeConfig::default() }.into(),
        WordPieceConfig { vocabulary: 90, ..WordPieceConfig::default() }.into(),
    ];
    for config in configs {
        let train = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| config.train(&texts).unwrap())
        };
        let one = train(1);
        for threads in [1, 2, 3, 4, 2, 3] {
            assert_eq!(train(threads), one, "{config:?}");
        }
    }
}

#[test]
fn nothing_to_learn_is_an_error() {
    let bpe = TokenizerConfig::from(BpeConfig::default());
    assert_eq!(bpe.train(["", ""]).unwrap_err(), TokenizerError::NoTokens);
    let words = TokenizerConfig::from(WordPieceConfig::default());
    assert_eq!(words.train([" ", "\n"]).unwrap_err(), TokenizerError::NoTokens);
}

#[test]
fn letters_that_stand_for_bytes_are_those_of_the_package() {
    let bytes: std::collections::BTreeSet<u8> = tokenizers::pre_tokenizers::byte_level::ByteLevel::alphabet()
        .into_iter()
        .map(|letter| byte_of(letter).unwrap())
        .collect();
    assert_eq!(bytes.len(), 256);
    assert_eq!(
        [' ', '\u{100}', '\u{120}', 'Ń', 'ń', '\u{7fff}'].map(byte_of),
        [None, Some(0), Some(32), Some(0xad), None, None]
    );
}

#[test]
fn what_is_no_tokenizer_is_refused() {
    let lost = r###"{"version":"1.0","added_tokens":[],"model":{"type":"WordPiece","unk_token":"[UNK]",
        "continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"a":0}}}"###;
    for text in ["", "{}", "[1]", "{\"model\": {\"type\": \"BPE\"}}", lost] {
        let error = Subwords::try_from(text.to_owned()).unwrap_err();
        assert!(matches!(error, TokenizerError::Json { .. }), "{error}");
    }
    // With a token for the unknown it is one.
    Subwords::try_from(lost.replace("\"a\":0", "\"[UNK]\":0")).unwrap();
}
