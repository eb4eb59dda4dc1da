//! Updates in one pass over memory, for the backend whose tensors are plain memory of this process.
//!
//! An update made of tensor operations goes through memory once for each of them, 11 times for Adam, and that is what
//! it spends its time on: one pass takes about a third of it.

use burn::tensor::{DType, Tensor, TensorData};
use kiln_core::device::DeviceName;
use kiln_kernels::cpu::{Vectorize, vectorized};
use rayon::prelude::*;

use super::Gradient;
use super::formula::{Element, Formula};

/// Elements that one task works on, some 50 µs: much more than it costs to hand the task to a thread.
const CHUNK: usize = 64 * 1024;

/// Whether every tensor is f32 memory that can be taken out and put back without a copy.
pub(crate) fn is_plain<const S: usize>(
    weight: &Tensor<1>,
    gradient: &Tensor<1>,
    kept: &[Tensor<1>; S],
) -> bool {
    let fits = |tensor: &Tensor<1>| tensor.dtype() == DType::F32 && tensor.dims() == weight.dims();
    let device = weight.device();
    fits(weight)
        && fits(gradient)
        && kept.iter().all(fits)
        && DeviceName::Flex.open().is_ok_and(|flex| flex == device)
}

/// Replaces each weight and its kept values by what the formula makes of them.
///
/// The tensors are [plain](is_plain). No element depends on another, so neither does the result on the number of threads.
pub(crate) fn update<const S: usize>(
    weight: Tensor<1>,
    gradient: Gradient,
    slots: [Tensor<1>; S],
    formula: impl Formula<S>,
) -> (Tensor<1>, Vec<Tensor<1>>) {
    let device = weight.device();
    let mut weight = weight.into_data();
    let factor = gradient.factor.map_or(1.0, |factor| factor.into_data().iter::<f32>().next().unwrap_or(1.0));
    let gradient = gradient.values.into_data();
    let mut slots = slots.map(Tensor::into_data);
    let fresh = gradient.as_slice::<f32>().expect("is_plain() saw that it is f32");
    if fresh.len() <= CHUNK {
        let (weight, slots) = (floats(&mut weight), slots.each_mut().map(floats));
        vectorized(Pass { formula, weight, gradient: fresh, factor, slots });
    } else {
        let mut rest = slots.each_mut().map(|slot| floats(slot).chunks_mut(CHUNK));
        let tasks: Vec<_> = floats(&mut weight)
            .chunks_mut(CHUNK)
            .zip(fresh.chunks(CHUNK))
            .map(|(weight, gradient)| {
                let slots = rest.each_mut().map(|chunks| chunks.next().unwrap_or_default());
                Pass { formula, weight, gradient, factor, slots }
            })
            .collect();
        tasks.into_par_iter().for_each(vectorized);
    }
    let back = |data: TensorData| Tensor::from_data(data, (&device, DType::F32));
    (back(weight), slots.into_iter().map(back).collect())
}

fn floats(data: &mut TensorData) -> &mut [f32] {
    data.as_mut_slice().expect("is_plain() saw that it is f32")
}

/// One pass with the widest vectors that the processor has; the arithmetic is the same on all of them.
struct Pass<'a, F, const S: usize> {
    formula: F,
    weight: &'a mut [f32],
    gradient: &'a [f32],
    /// Of the gradient.
    factor: f32,
    slots: [&'a mut [f32]; S],
}

impl<F: Formula<S>, const S: usize> Vectorize for Pass<'_, F, S> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        // A copy that nothing else can see: its constants stay in registers.
        let Self { formula, weight, gradient, factor, slots } = self;
        // Equal lengths in sight of the compiler: no bounds checks, so that it can vectorise.
        let len = weight.len();
        let gradient = &gradient[..len];
        let mut slots = slots.map(|slot| &mut slot[..len]);
        for i in 0..len {
            let kept = std::array::from_fn(|slot| Element(slots[slot][i]));
            let (new, kept) = formula.apply(Element(weight[i]), Element(gradient[i] * factor), kept);
            weight[i] = new.0;
            for (slot, kept) in slots.iter_mut().zip(kept) {
                slot[i] = kept.0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use kiln_testkit::device;

    use super::super::formula::Value;
    use super::*;

    #[derive(Clone, Copy)]
    struct Minus;

    impl Formula<0> for Minus {
        fn apply<V: Value>(&self, weight: V, gradient: V, _: [V; 0]) -> (V, [V; 0]) {
            (weight - gradient, [])
        }
    }

    #[test]
    fn the_memory_is_used_again() {
        let weight = Tensor::<1>::from_data([1.0, 2.0].as_slice(), (&device(), DType::F32));
        let gradient = weight.ones_like();
        if !is_plain(&weight, &gradient, &[]) {
            return;
        }
        let data = weight.into_data();
        let place = data.as_slice::<f32>().unwrap().as_ptr();
        let weight = Tensor::from_data(data, (&device(), DType::F32));
        let (weight, _) = update(weight, gradient.into(), [], Minus);
        let data = weight.into_data();
        assert_eq!(data.as_slice::<f32>().unwrap(), [0.0, 1.0]);
        assert_eq!(data.as_slice::<f32>().unwrap().as_ptr(), place);
    }
}
