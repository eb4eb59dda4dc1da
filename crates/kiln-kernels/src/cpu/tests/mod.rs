//! Every kernel against a plain f64 computation, on every instruction set, and on several numbers of threads.

mod conv;
mod curve;
mod dense;
#[cfg(feature = "tensors")]
mod mask;
// Other numbers in the same memory: nothing new for Miri.
#[cfg(not(miri))]
mod nan;
mod norm;
mod pool;
mod tokens;

use super::Order;
use super::arch::forced;

/// A small generator (SplitMix64), so that each case can be made again from its number.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x1234_5678)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// `low..=high`.
    pub(super) fn size(&mut self, low: usize, high: usize) -> usize {
        low + (self.next() % (high - low + 1) as u64) as usize
    }

    pub(super) fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.size(0, choices.len() - 1)]
    }

    pub(super) fn order(&mut self) -> Order {
        self.one_of(&[Order::Nchw, Order::Nhwc])
    }

    /// A number in -1..1.
    pub(super) fn number(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    }

    pub(super) fn numbers(&mut self, len: usize) -> Vec<f32> {
        (0..len).map(|_| self.number()).collect()
    }
}

/// Memory that a kernel has to overwrite. Miri, which knows, gets what flex gets: memory that nobody has written yet.
pub(super) fn garbage(len: usize) -> Vec<f32> {
    if !cfg!(miri) {
        return vec![f32::NAN; len];
    }
    let mut values = Vec::with_capacity(len);
    // SAFETY: the capacity is `len`; whether kernels write every element before they read it is what is tested.
    #[allow(clippy::uninit_vec)]
    unsafe {
        values.set_len(len);
    }
    values
}

pub(super) fn zeros(len: usize) -> Vec<f32> {
    vec![0.0; len]
}

/// `cases` of them, but few under Miri, which takes a thousand times as long: `KILN_CASES` says how many.
fn cases(cases: u64) -> u64 {
    if !cfg!(miri) {
        return cases;
    }
    std::env::var("KILN_CASES").ok().and_then(|few| few.parse().ok()).unwrap_or(4)
}

/// Draws until a case has few enough operations for Miri; elsewhere the first one.
pub(super) fn affordable<T>(random: &mut Random, draw: impl Fn(&mut Random) -> (T, usize)) -> T {
    loop {
        let (case, operations) = draw(random);
        if !cfg!(miri) || operations < 10_000 {
            return case;
        }
    }
}

/// Runs `case` for the seeds of `0..cases`, dealt out to the instruction sets, and says which one failed.
pub(super) fn on_every_arch(cases: u64, case: impl Fn(&mut Random)) {
    let archs = forced::all();
    for seed in 0..self::cases(cases) {
        let arch = archs[seed as usize % archs.len()];
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            forced::with(arch, || case(&mut Random::new(seed)));
        }));
        if done.is_err() {
            panic!("case {seed} on {arch:?}");
        }
    }
}

/// Runs `work` in pools of 1, 2, 3 and 8 threads and checks that its results have equal bits.
pub(super) fn on_any_threads(work: impl Fn() -> Vec<Vec<f32>> + Sync) {
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let bits = |v: Vec<f32>| v.into_iter().map(f32::to_bits).collect::<Vec<_>>();
        pool.install(&work).into_iter().map(bits).collect::<Vec<_>>()
    };
    let one = run(1);
    for threads in [2, 3, 8] {
        assert!(run(threads) == one, "other bits with {threads} threads");
    }
}

/// Checks `|a - b| <= bound · scale` for each pair, `scale` an element's own.
pub(super) fn close(what: &str, a: &[f32], b: &[f64], scale: &[f64], bound: f64) {
    assert_eq!(a.len(), b.len(), "{what}: length");
    for i in 0..a.len() {
        let error = (f64::from(a[i]) - b[i]).abs();
        assert!(error <= bound * scale[i] + 1e-30, "{what}[{i}]: {} and {}, scale {}", a[i], b[i], scale[i]);
    }
}

/// The largest scale for everyone.
pub(super) fn norm(scale: &[f64]) -> Vec<f64> {
    vec![scale.iter().fold(0.0, |a: f64, &b| a.max(b)); scale.len()]
}

pub(super) fn wide(x: &[f32]) -> Vec<f64> {
    x.iter().map(|&x| f64::from(x)).collect()
}

/// An element's place in a 4-D tensor.
pub(super) fn at(order: Order, [c, h, w]: [usize; 3], [n, i, y, x]: [usize; 4]) -> usize {
    match order {
        Order::Nchw => ((n * c + i) * h + y) * w + x,
        Order::Nhwc => ((n * h + y) * w + x) * c + i,
    }
}

/// Puts NaN or an infinity in one place.
pub(super) fn special(random: &mut Random, x: &mut [f32]) {
    let place = random.size(0, x.len() - 1);
    x[place] = random.one_of(&[f32::NAN, f32::INFINITY, f32::NEG_INFINITY]);
}

/// Checks that what is not finite in `exact` is so in `found`: NaN as NaN, infinity as itself, and nothing else, but
/// that where `may` holds, infinity may have become NaN and a number may have become either.
pub(super) fn arrived(what: &str, found: &[f32], exact: &[f64], may: impl Fn(usize) -> bool) {
    assert_eq!(found.len(), exact.len(), "{what}: length");
    for (i, (&found, &exact)) in found.iter().zip(exact).enumerate() {
        let same = (found.is_nan() && exact.is_nan())
            || (found.is_finite() && exact.is_finite())
            || f64::from(found) == exact;
        let spread = !exact.is_nan() && !found.is_finite() && may(i);
        assert!(same || spread, "{what}[{i}]: {found} and {exact}");
    }
}
