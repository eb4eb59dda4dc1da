//! What holds for all losses.

use serde::Deserialize;
use serde::de::value::{Error, MapDeserializer};

use super::which::Which;
use super::{BinaryCrossEntropyConfig, ConvexLoss, CrossEntropyConfig, Loss, LossConfig, MseConfig};
use crate::{ObjectiveError, TargetKind};

impl LossConfig {
    /// Cross-entropy for classes, binary cross-entropy for labels, the mean squared error for numbers.
    pub fn default_for(target: TargetKind) -> Self {
        match target {
            TargetKind::Classes(_) => CrossEntropyConfig::default().into(),
            TargetKind::Labels(_) => BinaryCrossEntropyConfig::default().into(),
            TargetKind::Values(_) => MseConfig::default().into(),
        }
    }

    /// The names of the losses for a target.
    ///
    /// ```
    /// use kiln_objective::{LossConfig, TargetKind};
    ///
    /// assert_eq!(LossConfig::names_for(TargetKind::Classes(3)), ["cross-entropy", "multi-margin"]);
    /// ```
    pub fn names_for(target: TargetKind) -> Vec<&'static str> {
        let fits = |name: &str| {
            let settings = MapDeserializer::<_, Error>::new([("kind", name)].into_iter());
            Self::deserialize(settings).is_ok_and(|loss| loss.as_kind().outputs(target).is_some())
        };
        Self::NAMES.iter().copied().filter(|name| fits(name)).collect()
    }

    /// Whether the loss reads target numbers as they are, so that they must not be standardised: counts.
    pub fn needs_raw_targets(&self) -> bool {
        self.as_kind().needs_raw_targets()
    }

    /// Whether no loss is below 0. A logarithm of a density, as in poisson-nll and gaussian-nll, may be.
    pub fn is_non_negative(&self) -> bool {
        self.as_kind().is_non_negative()
    }

    /// What the loss is to solvers of convex problems, if they know it.
    pub fn convex(&self) -> Option<ConvexLoss> {
        self.as_kind().convex()
    }

    /// The first setting that is set and that solvers of convex problems do not have.
    pub fn beyond_convex(&self) -> Option<&'static str> {
        self.as_kind().beyond_convex()
    }

    /// The same with numbers for weights of classes that are by name or `balanced`. `names`: the classes in their order;
    /// `counts`: the training items of each, by their weights. Without counts, where nothing is trained, `balanced`
    /// weights are all 1.
    ///
    /// ```
    /// use kiln_objective::{ClassWeights, CrossEntropyConfig, LossConfig, TargetKind};
    ///
    /// let config = CrossEntropyConfig { class_weights: ClassWeights::Balanced, ..CrossEntropyConfig::default() };
    /// let names = ["no".to_owned(), "yes".to_owned()];
    /// let loss = LossConfig::from(config).for_classes(&names, Some(&[30.0, 10.0]))?;
    /// assert_eq!(loss.class_weights(), Some([2.0 / 3.0, 2.0].as_slice()));
    /// # let _ = loss.build(TargetKind::Classes(2))?;
    /// # Ok::<(), kiln_objective::ObjectiveError>(())
    /// ```
    ///
    /// # Errors
    /// [`ObjectiveError::UnknownClass`] for a name that is no class.
    pub fn for_classes(&self, names: &[String], counts: Option<&[f64]>) -> Result<Self, ObjectiveError> {
        let mut config = self.clone();
        config.as_kind_mut().know_classes(names, counts)?;
        Ok(config)
    }

    /// What each class counts, in their order; `None` where all count the same, or the classes are not known yet.
    pub fn class_weights(&self) -> Option<&[f64]> {
        self.as_kind().class_weights()
    }

    /// The loss for a target.
    ///
    /// # Errors
    /// [`ObjectiveError::Target`] when the loss is for another kind of target,
    /// [`ObjectiveError::ClassWeights`] for a wrong number of class weights, [`ObjectiveError::ClassesNotKnown`] for those
    /// by name without [`LossConfig::for_classes`], [`ObjectiveError::Number`] for a setting out of its range.
    pub fn build(&self, target: TargetKind) -> Result<Loss, ObjectiveError> {
        let Some(outputs) = self.as_kind().outputs(target) else {
            // What is for one column only is not what is meant for numbers.
            let usual = if target.values().is_some() { TargetKind::Values(2) } else { target };
            return Err(ObjectiveError::Target {
                loss: self.name(),
                target,
                fitting: Self::names_for(usual),
            });
        };
        self.as_kind().check(outputs)?;
        Ok(Loss { which: Which::Config(self.clone()), outputs })
    }
}
