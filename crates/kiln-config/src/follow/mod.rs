//! Settings that follow from the data: the length of a training, its batches, its patience, the model for images. Whatever a
//! configuration says stays as it is.

mod open;
mod rule;
mod size;
mod table;

use kiln_models::ModelConfig;
use kiln_optim::OptimConfig;
use kiln_train::EarlyStoppingConfig;
use toml::Value;

pub use open::Open;
pub use size::DataSize;

use crate::origin::{Origin, Setter};
use crate::print::leaves;
use crate::resolve::Resolved;

/// A setting that follows from the data.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Followed {
    /// The dotted key.
    pub key: String,
    /// The value.
    pub value: Value,
}

impl Resolved {
    /// The settings that follow from the data, and have not been [filled in](Resolved::sized).
    pub fn open(&self) -> Open {
        let nothing = self.is_sized || self.request().fixed_defaults;
        if nothing { Open::default() } else { Open::of(self.settings(), &self.config) }
    }

    /// The same with everything that is [open](Resolved::open) filled in for data of this size. `None` where nothing is open.
    ///
    /// ```
    /// use kiln_config::{DataSize, Request, resolve};
    ///
    /// let overrides = vec!["data.source=diabetes".to_owned(), "train.batch_size=40".to_owned()];
    /// let resolved = resolve(&Request { overrides, ..Request::default() })?;
    /// let size = DataSize { items: 318, validation: 35, image: None, classes: false, numbers: 10 };
    /// let sized = resolved.sized(&size).expect("it says nothing of epochs");
    /// assert_eq!((sized.config.train.batch_size, sized.config.train.epochs), (40, 500));
    /// assert_eq!(sized.set_by("train.epochs"), "default for 318 training items");
    /// # Ok::<(), kiln_config::ConfigError>(())
    /// ```
    pub fn sized(&self, size: &DataSize) -> Option<Self> {
        let open = self.open();
        if open.is_empty() {
            return None;
        }
        let mut sized = self.clone();
        sized.is_sized = true;
        let why = format!("{} training items", size.items);
        if open.model {
            sized.follow_image(size.image);
        }
        let (texts, series) = (self.config.data.holds_texts(), self.config.data.holds_series());
        let is_table = size.image.is_none() && !texts && !series;
        let good = open.good && is_table;
        let judged = open.early_stopping && size.validation > 0;
        // Its rate falls to 0 again and again: a pause would stop it in the middle.
        let early = judged && !good;
        if open.model && texts {
            sized.follow_texts();
        }
        if open.model && series {
            sized.follow_series();
        }
        if good {
            sized.follow_good(open, size);
        } else if early && is_table {
            sized.follow_table(open, size);
        }
        let rate = rule::rate(&sized.config.model.network).filter(|_| open.rate);
        if let (Some(rate), OptimConfig::Adam(adam)) = (rate, &mut sized.config.optim.rule) {
            adam.lr = rate;
            let why = format!("the model {:?}", sized.config.model.network.name());
            sized.follow_value("optim.lr", Value::Float(rate), &why);
        }
        let refit = open.refit && judged && rule::refit(size.items);
        if open.batch_size {
            let train = &sized.config.train;
            let whole =
                (refit || sized.config.data.refit == Some(true)).then_some(size.items + size.validation);
            // What is left out is no batch.
            let parts: Vec<usize> =
                if train.drop_last { Vec::new() } else { whole.into_iter().chain([size.items]).collect() };
            let batch_size = match good {
                true => table::BATCH,
                false => rule::batch_size(size.items, size.image, &parts),
            };
            sized.config.train.batch_size = batch_size;
            sized.follow("train.batch_size", batch_size as u64, &why);
        }
        let steps_per_epoch = sized.steps_per_epoch(size.items);
        if open.epochs {
            let stops = early || (sized.config.early_stopping.is_some() && size.validation > 0);
            let epochs = match sized.config.train.steps {
                // As many as the steps need.
                Some(steps) => steps.div_ceil(steps_per_epoch).max(1),
                None if good => table::epochs(steps_per_epoch),
                None => rule::epochs(steps_per_epoch, stops),
            };
            sized.config.train.epochs = epochs;
            sized.follow("train.epochs", epochs, &why);
        }
        if early || open.patience {
            let patience = rule::patience(steps_per_epoch);
            let old = sized.config.early_stopping.take().unwrap_or_default();
            sized.config.early_stopping = Some(EarlyStoppingConfig { patience, ..old });
            sized.follow("early_stopping.patience", patience, &why);
        }
        if open.monitor && judged && size.classes {
            sized.config.train.monitor = rule::MONITOR.to_owned();
            sized.follow_value("train.monitor", Value::String(rule::MONITOR.to_owned()), "classes");
        }
        if refit {
            sized.config.data.refit = Some(true);
            sized.follow_value("data.refit", Value::Boolean(true), &why);
        }
        Some(sized)
    }

    /// The same with what follows before the data are split: the share of the validation part, from the number of items, of which that part
    /// is still to be taken (`None`: it is fixed), and the scale of columns and whether its model is the larger one, from how many items of a `table` are in no test part. `None` where nothing of it [is open](Open), or
    /// all stays as it is.
    ///
    /// ```
    /// use kiln_config::{Request, resolve};
    ///
    /// let overrides = vec!["data.source=iris".to_owned()];
    /// let resolved = resolve(&Request { overrides, ..Request::default() })?;
    /// let small = resolved.validated(Some(150), Some(120)).expect("it says nothing of data.validation");
    /// assert_eq!((small.config.data.validation, small.set_by("data.validation")), (0.2, "default for 150 items".to_owned()));
    /// assert!(resolved.validated(Some(100_000), None).is_none());
    /// # Ok::<(), kiln_config::ConfigError>(())
    /// ```
    pub fn validated(&self, items: Option<usize>, table: Option<usize>) -> Option<Self> {
        let open = self.open();
        let share = items.and_then(rule::validation).filter(|_| open.validation);
        // Without a part that ends the training the model is another.
        let judged = items.is_none() || share.unwrap_or(self.config.data.validation) > 0.0;
        let large = table.map(|items| open.table && judged && rule::is_large_table(items));
        let scale = match (table.filter(|_| open.scale), open.good) {
            (None, _) => None,
            (Some(_), true) => Some((table::SCALE, "the preset \"good\"".to_owned())),
            (Some(items), false) => {
                (large == Some(true)).then(|| (table::SCALE, format!("a table of {items} items")))
            }
        };
        if share.is_none()
            && scale.is_none()
            && large.is_none_or(|large| !open.table || self.is_large == Some(large))
        {
            return None;
        }
        let mut validated = self.clone();
        validated.is_large = large;
        if let Some(share) = share {
            validated.config.data.validation = share;
            let why = format!("{} items", items.unwrap_or_default());
            validated.follow_value("data.validation", Value::Float(share), &why);
        }
        if let Some((scale, why)) = scale {
            validated.config.data.scale = scale;
            let name = Value::try_from(scale).unwrap_or(Value::Boolean(false));
            validated.follow_value("data.scale", name, &why);
        }
        Some(validated)
    }

    /// What was filled in from the data, in the order of `run.toml`.
    pub fn followed(&self) -> Vec<Followed> {
        let from_data = |key: &str| {
            self.settings().get(key).is_some_and(|setting| matches!(setting.origin.setter, Setter::Data(_)))
        };
        let found = leaves(&self.config).into_iter().filter(|(key, _)| from_data(key));
        found.map(|(key, value)| Followed { key, value }).collect()
    }

    /// Optimiser steps of an epoch of `items`.
    fn steps_per_epoch(&self, items: usize) -> u64 {
        let train = &self.config.train;
        if train.overfit_batch {
            return 1;
        }
        let size = if train.batch_size == 0 { items } else { train.batch_size.min(items) }.max(1);
        let batches = if train.drop_last { items / size } else { items.div_ceil(size) };
        batches.div_ceil(train.accumulate.max(1)).max(1) as u64
    }

    /// The model for images, where these are images that it can read; else it stays as it is.
    fn follow_image(&mut self, image: Option<[usize; 3]>) {
        let Some((model, [_, height, width])) =
            image.and_then(|image| Some((rule::image_model(image)?, image)))
        else {
            return;
        };
        self.config.model.network = ModelConfig::from(model);
        let why = format!("images of {height} x {width}");
        for (key, value) in leaves(&self.config) {
            if matches!(key.as_str(), "model.kind" | "model.channels" | "model.norm" | "model.dropout") {
                self.follow_value(&key, value, &why);
            }
        }
    }

    /// The model for texts.
    fn follow_texts(&mut self) {
        self.config.model.network = ModelConfig::from(rule::text_model());
        for (key, value) in leaves(&self.config) {
            if matches!(key.as_str(), "model.kind" | "model.width" | "model.ngrams" | "model.buckets") {
                self.follow_value(&key, value, "texts");
            }
        }
    }

    /// The model for time series.
    fn follow_series(&mut self) {
        let forecasts = self.config.data.horizon.is_some();
        self.config.model.network = rule::series_model(forecasts);
        let why = if forecasts { "a forecast" } else { "time series" };
        for (key, value) in leaves(&self.config) {
            let follows = [
                "kind",
                "filters",
                "kernels",
                "modules",
                "bottleneck",
                "residual",
                "channels",
                "kernel",
                "dropout",
            ];
            if key.strip_prefix("model.").is_some_and(|key| follows.contains(&key)) {
                self.follow_value(&key, value, why);
            }
        }
    }

    /// The model for tables, and the average of its weights.
    fn follow_table(&mut self, open: Open, size: &DataSize) {
        if open.model {
            // As the scale, where that was chosen before: rows that calibrate are in no part of the size.
            let large = self.is_large.unwrap_or_else(|| rule::is_large_table(size.items + size.validation));
            let large = open.table && large;
            self.config.model.network = ModelConfig::from(match large {
                true => rule::large_table_model(size.numbers),
                false => rule::table_model(),
            });
        }
        if open.average {
            self.config.average = Some(rule::average());
        }
        for (key, value) in leaves(&self.config) {
            let follows = match key.as_str() {
                "model.hidden" | "model.dropout" => open.model,
                key if key.starts_with("model.embedding.") => open.model,
                "average.kind" | "average.decay" => open.average,
                _ => false,
            };
            if follows {
                self.follow_value(&key, value, "a table");
            }
        }
    }

    fn follow(&mut self, key: &str, value: u64, why: &str) {
        self.follow_value(key, Value::Integer(i64::try_from(value).unwrap_or(i64::MAX)), why);
    }

    fn follow_value(&mut self, key: &str, value: Value, why: &str) {
        self.settings_mut().put(key, value, Origin::plain(Setter::Data(why.to_owned())));
    }
}
