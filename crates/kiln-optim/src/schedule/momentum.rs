//! Momentum that moves against the learning rate: high where the rate is low.

use kiln_core::{NumberError, Range};

use super::Schedule;
use super::build::Place;
use super::cyclic::Cyclic;
use super::phases::Phases;
use crate::ShapeConfig;

/// The momentum of a shape with `cycle_momentum`; `None` for every other.
///
/// It follows the lines of the rate, which PyTorch's `OneCycleLR` and `CyclicLR` do with momentum and the first beta
/// unless told not to.
pub(super) fn cycled(
    shape: &ShapeConfig,
    place: &Place<'_>,
) -> Result<Option<Box<dyn Schedule>>, NumberError> {
    let bounds = |base: f64, max: f64| {
        let base = place.number("base_momentum", base, Range::BELOW_ONE)?;
        Ok::<_, NumberError>((base, place.number("max_momentum", max, Range::BELOW_ONE)?))
    };
    match *shape {
        ShapeConfig::OneCycle {
            rise,
            anneal,
            three_phase,
            cycle_momentum: true,
            base_momentum,
            max_momentum,
            ..
        } => {
            let (base, max) = bounds(base_momentum, max_momentum)?;
            let rise = place.number("rise", rise, Range::UNIT)?;
            let phases = Phases::one_cycle(anneal, (max, base, max), rise, three_phase, place.total);
            Ok(Some(Box::new(phases)))
        }
        ShapeConfig::Cyclic { cycle_momentum: true, base_momentum, max_momentum, .. } => {
            let (base, max) = bounds(base_momentum, max_momentum)?;
            let cycle = place.cyclic(shape)?;
            Ok(cycle.map(|cycle| Box::new(Cyclic { base: max, top: base, ..cycle }) as Box<dyn Schedule>))
        }
        _ => Ok(None),
    }
}
