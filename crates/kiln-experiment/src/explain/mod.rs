//! Which inputs the predictions of a run depend on: attributions for chosen items, and whether they depend on what was learned.
//!
//! ```
//! use kiln_config::{Request, resolve};
//! use kiln_experiment::explain::{ExplainSettings, Method, Which, explain};
//! use kiln_experiment::{Session, train};
//!
//! let overrides = vec!["train.epochs=2".to_owned()];
//! let resolved = resolve(&Request { config: Some("iris".to_owned()), overrides, ..Request::default() })?;
//! let runs = tempfile::tempdir().expect("a temporary folder");
//! let session = Session { runs_dir: runs.path().to_owned(), ..Session::default() };
//! let run = train(&resolved, &session, &())?.run;
//! let settings = ExplainSettings { items: Which::Places(0..3), ..ExplainSettings::new(session, Method::IntegratedGradients) };
//! let found = explain(&run, &settings, &())?;
//! assert_eq!((found.items.len(), found.columns.len()), (3, 4));
//! // Integrated gradients sum to the difference of the outputs.
//! assert!(found.items.iter().all(|item| item.delta.is_some_and(|delta| delta.abs() < 1e-3)));
//! # Ok::<(), kiln_experiment::ExperimentError>(())
//! ```

mod attribute;
mod enlarge;
mod items;
mod method;
mod record;
mod run;
mod sanity;
mod settings;
mod subject;
mod taps;
mod tokens;

pub use method::Method;
pub use record::{Explained, Explanation, Redrawn};
pub use run::explain;
pub use settings::{ExplainSettings, Of, Which};
