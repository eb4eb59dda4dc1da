//! What is asked of preprocessing that is for texts.

use std::borrow::Cow;

use super::Fitted;
use crate::preprocess::TextSteps;
use crate::{Features, TextFacts, Tokenizer};

impl Fitted {
    /// The tokeniser, where the inputs are texts.
    pub fn tokenizer(&self) -> Option<&Tokenizer> {
        self.inputs.as_text().map(|text| text.tokenizer())
    }

    /// What becomes of a text, for programs that write it in another form; `None` where the inputs are no texts.
    pub fn text_steps(&self) -> Option<TextSteps> {
        let text = self.inputs.as_text()?;
        Some(TextSteps { tokens: text.tokenizer().steps(), longest: self.input_shape().as_tokens()?.longest })
    }

    /// What becomes of the texts of some rows; `None` where the inputs are no texts.
    ///
    /// ```
    /// use kiln_data::{Dataset, Features, Preprocess, Split, Target, Texts};
    ///
    /// let texts = Texts::new(["good good film", "bad film", "a good one"]);
    /// let target = Target::Classes { labels: vec![0, 1, 0], names: vec!["yes".into(), "no".into()] };
    /// let data = Dataset::new("films", Features::Text(texts), target);
    /// let split = Split { train: vec![0, 1], validation: vec![], calibration: vec![], test: vec![2] };
    /// let fitted = Preprocess::default().fit(&split.train_view(&data))?;
    /// let facts = fitted.text_facts(&data.features, &split.test).expect("the inputs are texts");
    /// assert_eq!((facts.tokens, facts.unknown, facts.vocabulary), (3, 2, 4)); // "good" and "film" come twice
    /// # Ok::<(), kiln_data::DataError>(())
    /// ```
    pub fn text_facts(&self, features: &Features, rows: &[usize]) -> Option<TextFacts> {
        let (text, texts) = self.inputs.as_text().zip(features.as_texts())?;
        Some(text.facts(texts, rows))
    }

    /// The tokens that the model sees of the texts of `rows`, of which one may come twice; `None` where the inputs are no texts.
    pub fn token_sequences(&self, features: &Features, rows: &[usize]) -> Option<Vec<Vec<u32>>> {
        let (text, texts) = self.inputs.as_text().zip(features.as_texts())?;
        Some(text.sequences(texts, rows).into_iter().map(Cow::into_owned).collect())
    }

    /// The tokens that the model sees of `rows`, as people read them: those of texts as they stand there, those of token sequences by their
    /// numbers in the data. `None` where the inputs are neither.
    pub fn token_names(&self, features: &Features, rows: &[usize]) -> Option<Vec<Vec<String>>> {
        if let Some((text, texts)) = self.inputs.as_text().zip(features.as_texts()) {
            return Some(text.pieces(texts, rows));
        }
        let (shape, tokens) = self.input_shape().as_tokens().zip(features.as_tokens())?;
        let of = |row: &usize| tokens.sequence(*row).iter().take(shape.longest).map(u32::to_string).collect();
        Some(rows.iter().map(of).collect())
    }

    /// How many tokens or steps of each of `rows` the model sees; `None` where all items are alike.
    pub(crate) fn lengths(&self, features: &Features, rows: &[usize]) -> Option<Vec<usize>> {
        match self.inputs.as_text().zip(features.as_texts()) {
            Some((text, texts)) => Some(text.lengths(texts, rows)),
            None => self.uneven_steps(features, rows),
        }
    }
}
