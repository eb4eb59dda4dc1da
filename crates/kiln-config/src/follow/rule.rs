//! How long a training is, and how large its batches are, where nothing is said: functions of the size of the data.
//!
//! | setting | rule | where it comes from |
//! |---|---|---|
//! | `train.batch_size` | the power of two at or below a 32nd of the items, 16 to 256; all of fewer than 16 | small batches generalise as well or better, at one learning rate (Masters and Luschi 2018); scikit-learn's `MLPClassifier` takes min(200, n) |
//! | `train.epochs` | as many as make 10,000 steps, 10 to 500; 5,000 and at most 200 where no validation part ends it | what a model has learned follows from the number of its updates, not of its passes (Hoffer, Hubara and Soudry 2017); `MLPClassifier` has at most 200 epochs |
//! | `early_stopping.patience` | as many epochs as make 1,000 steps, 5 to 50 | `n_iter_no_change=10` of `MLPClassifier` and `HistGradientBoosting`, whose epochs have fewer steps the smaller the data are |
//! | `train.monitor` | for classes, with early stopping, `refinement_loss` | the log-loss rises long before a network stops learning to tell classes apart (Guo et al. 2017); what it loses by being too sure, a temperature gives back (Berta et al. 2025) |
//! | `data.validation` | a fifth of fewer than 10,000 items, where a refit is the default | the fewer items choose the epoch, the more by chance; the refit gives them back |
//! | `average` | for a table, with early stopping, an exponential average over about 100 steps | it is better than the last weights of a constant rate, as if the rate had fallen (Polyak and Juditsky 1992; Morales-Brotons et al. 2024), and its validation loss is smoother |
//! | `optim.lr` | 0.01 for `bag` | a vector of a token moves only in steps that have the token; fastText's own is 0.1, of SGD |
//! | | 1e-4 for `ft-transformer` | that of its package (Gorishniy et al. 2021) |
//! | `data.refit` | below 10,000 items, with early stopping | more items are enough to lose a tenth of; `HistGradientBoosting` holds a part out by itself above 10,000 only |
//! | `model` | for a table, with early stopping, one layer of 256 with a dropout of 0.1 | the width and about the dropout (0.15) that RealMLP's defaults were tuned to on 118 tables (Holzmüller, Grinsztajn and Steinwart 2024); it has three layers, and one overfits small tables less |
//! | | of 800 items or more, where no preset is said, two such layers and numbers as waves (`pbld`) | RealMLP's; measured on the choosing half of `bench/tables`: better in six of seven such tables, as good in the other, and no better in smaller ones |
//! | `data.scale` | for that model `robust-smooth-clip` | RealMLP's; it was better than the standard one in three of six such tables, by more than it lost in two |
//! | | for texts the mean of word vectors | Joulin et al. 2016: as good as deep networks on most sets, in seconds |
//! | | for time series InceptionTime, where they are forecast a temporal convolutional network | Fawaz et al. 2020, as good as the best of their time on the UCR archive; Bai, Kolter and Koltun 2018 |
//! | | for images of 4 pixels and more a convolutional network, a block for each halving of the side down to 4 | LeCun et al. 1998; batch norm after Ioffe and Szegedy 2015 |

use kiln_models::{
    BagConfig, CnnConfig, InceptionTimeConfig, MlpConfig, ModelConfig, Norm, PbldConfig, TcnConfig,
};
use kiln_optim::{AverageConfig, EmaConfig};

/// What picks the best weights of a classifier.
pub(super) const MONITOR: &str = "refinement_loss";
/// Steps of a training that a validation part may end before.
const STEPS: u64 = 10_000;
/// Steps of a training that nothing ends before.
const STEPS_TO_THE_END: u64 = 5_000;
/// Steps without improvement.
const PATIENCE: u64 = 1_000;
/// Steps of an epoch that a batch is cut for.
const STEPS_PER_EPOCH: usize = 32;
/// Pixels of a batch: 64 MiB in the 32 channels behind the first convolution.
const PIXELS: usize = 1 << 19;

/// Items in a batch, of `items` that train. None of `parts`, which are numbers of items, has a last batch of a single item,
/// which batch norm could not learn from.
pub(super) fn batch_size(items: usize, image: Option<[usize; 3]>, parts: &[usize]) -> usize {
    let most = image.map_or(256, |[_, height, width]| PIXELS / height.saturating_mul(width).max(1));
    let wanted = (items / STEPS_PER_EPOCH).min(most).clamp(16, 256);
    let wanted = (1_usize << wanted.ilog2()).min(items.max(1));
    // Where every size leaves one, the first is as good as any.
    (wanted..wanted + 16).find(|size| parts.iter().all(|part| part % size != 1)).unwrap_or(wanted)
}

/// Passes over the items.
pub(super) fn epochs(steps_per_epoch: u64, stops_early: bool) -> u64 {
    let (steps, most) = if stops_early { (STEPS, 500) } else { (STEPS_TO_THE_END, 200) };
    steps.div_ceil(steps_per_epoch.max(1)).clamp(10, most)
}

/// Epochs without improvement.
pub(super) fn patience(steps_per_epoch: u64) -> u64 {
    PATIENCE.div_ceil(steps_per_epoch.max(1)).clamp(5, 50)
}

/// Whether a model is trained again on the items that were held out.
pub(super) fn refit(items: usize) -> bool {
    items < 10_000
}

/// Whether a table of so many items, the validation part with them, is enough for the larger of two models.
pub(super) fn is_large_table(items: usize) -> bool {
    items >= 800
}

/// The network for tables.
pub(super) fn table_model() -> MlpConfig {
    MlpConfig { hidden: vec![256], dropout: 0.1, ..MlpConfig::default() }
}

/// The network for [large](is_large_table) tables, of which so many features are numbers.
pub(super) fn large_table_model(numbers: usize) -> MlpConfig {
    let embedding = (numbers > 0).then(|| PbldConfig::default().into());
    MlpConfig { hidden: vec![256, 256], embedding, ..table_model() }
}

/// The network for texts.
pub(super) fn text_model() -> BagConfig {
    BagConfig::default()
}

/// The network for time series.
pub(super) fn series_model(forecasts: bool) -> ModelConfig {
    if forecasts { TcnConfig::default().into() } else { InceptionTimeConfig::default().into() }
}

/// The learning rate of a model that needs another than the usual one.
pub(super) fn rate(model: &ModelConfig) -> Option<f64> {
    match model {
        ModelConfig::Bag(_) => Some(0.01),
        ModelConfig::FtTransformer(_) => Some(1e-4),
        _ => None,
    }
}

/// The average of its weights.
pub(super) fn average() -> AverageConfig {
    EmaConfig { decay: 0.99, ..EmaConfig::default() }.into()
}

/// The share of so many items that is held out for validation, where it is not the usual one.
pub(super) fn validation(items: usize) -> Option<f64> {
    (items < 10_000).then_some(0.2)
}

/// The network for images of `[channels, height, width]`; `None` where they are too small to be pooled.
pub(super) fn image_model([_, height, width]: [usize; 3]) -> Option<CnnConfig> {
    let side = height.min(width);
    if side < 4 {
        return None;
    }
    let least = if side < 8 { 1 } else { 2 };
    let blocks = (side / 4).ilog2().clamp(least, 5);
    let channels = (0..blocks).map(|block| (32_usize << block).min(256)).collect();
    Some(CnnConfig { channels, norm: Norm::Batch, dropout: 0.3, ..CnnConfig::default() })
}

#[cfg(test)]
mod tests {
    use kiln_data::InputShape;

    use super::*;

    #[test]
    fn batches_follow_the_items() {
        let size = |items| batch_size(items, None, &[]);
        assert_eq!([1, 5, 16, 100, 1023].map(size), [1, 5, 16, 16, 16]);
        assert_eq!([1024, 5000, 8192, 10_000_000].map(size), [32, 128, 256, 256]);
        // Images of 28, 64, 128, 224 and 4000 pixels.
        let of = |side| batch_size(60_000, Some([3, side, side]), &[]);
        assert_eq!([28, 64, 128, 224, 4000].map(of), [256, 128, 32, 16, 16]);
    }

    #[test]
    fn no_item_is_alone() {
        assert_eq!(batch_size(113, None, &[113]), 17);
        for items in 2..3000_usize {
            let parts = [items, items + items.div_ceil(9)];
            let size = batch_size(items, None, &parts);
            assert!(size > 1 && parts.iter().all(|part| part % size != 1), "{items}: {size}");
        }
    }

    #[test]
    fn epochs_and_patience_follow_the_steps() {
        assert_eq!(
            [1, 7, 20, 100, 1000, 4000].map(|steps| epochs(steps, true)),
            [500, 500, 500, 100, 10, 10]
        );
        assert_eq!([1, 7, 50, 100, 4000].map(|steps| epochs(steps, false)), [200, 200, 100, 50, 10]);
        assert_eq!([0, 1, 7, 40, 100, 4000].map(patience), [50, 50, 50, 25, 10, 5]);
    }

    #[test]
    fn a_network_for_images_fits_them() {
        assert_eq!(image_model([3, 3, 200]), None);
        let blocks = |side| image_model([3, side, side]).map_or(0, |model| model.channels.len());
        assert_eq!([4, 8, 28, 32, 64, 224, 1000].map(blocks), [1, 2, 2, 3, 4, 5, 5]);
        for side in 4..300 {
            let model = image_model([1, side, side + side % 3]).unwrap();
            assert!(model.summary(InputShape::Images([1, side, side + side % 3]), 10).is_ok(), "{side}");
        }
    }
}
