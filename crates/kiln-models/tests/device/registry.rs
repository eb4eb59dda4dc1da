//! Every registered model is as its documentation says.

use kiln_data::{InputShape, SeriesShape, TokenShape};
use kiln_models::{EmbeddingConfig, ModelConfig, ModelError};
use kiln_testkit::check_kinds;

#[test]
fn every_model_is_as_its_documentation_says() {
    check_kinds::<ModelConfig, ModelConfig>("model", ModelConfig::NAMES, |model| {
        let summary = match model.summary(InputShape::Images([1, 64, 64]), 2) {
            Err(ModelError::NeedsTokens { .. }) => {
                model.summary(InputShape::Tokens(TokenShape { vocabulary: 64, longest: 16 }), 2)
            }
            Err(ModelError::NeedsSeries { .. }) => {
                model.summary(InputShape::Series(SeriesShape { channels: 2, longest: 16 }), 2)
            }
            Err(ModelError::NoTable { .. }) => model.summary(InputShape::Table(6), 2),
            summary => summary,
        };
        summary.map(|_| ()).map_err(|error| Box::new(error) as _)
    });
}

#[test]
fn every_embedding_is_as_its_documentation_says() {
    check_kinds::<EmbeddingConfig, EmbeddingConfig>("model.embedding", EmbeddingConfig::NAMES, |embedding| {
        embedding.as_kind().check().map_err(|error| Box::new(error) as _)
    });
}

#[test]
fn only_the_linear_model_has_an_optimum_that_solvers_know() {
    let known = |kind: &str| {
        let json = format!(r#"{{ "kind": {kind:?} }}"#);
        serde_json::from_str::<ModelConfig>(&json).unwrap().intercept()
    };
    for kind in ModelConfig::NAMES {
        assert_eq!(known(kind), (*kind == "linear").then_some(true), "{kind}");
    }
}
