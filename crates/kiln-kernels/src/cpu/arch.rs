//! Which instruction set a kernel runs with.

use pulp::{Scalar, Simd, WithSimd};

#[cfg(target_arch = "aarch64")]
use pulp::aarch64::Neon;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use pulp::wasm::Simd128;
#[cfg(target_arch = "x86_64")]
use pulp::x86::{V3, V4};

/// An instruction set that this processor has.
///
/// pulp has such a type, too, but which sets it knows depends on the features that other crates ask of pulp.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Arch {
    /// Code that runs anywhere.
    Scalar,
    /// AVX2 and FMA.
    #[cfg(target_arch = "x86_64")]
    V3(V3),
    /// AVX-512.
    #[cfg(target_arch = "x86_64")]
    V4(V4),
    /// NEON.
    #[cfg(target_arch = "aarch64")]
    Neon(Neon),
    /// The vectors of WebAssembly. A module that has them does not load where they are not, so they cannot be looked for: they are there
    /// where it was compiled for them.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    Simd128(Simd128),
}

impl Arch {
    /// Every instruction set of this processor, the best one first.
    fn all() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let vectors = [V4::try_new().map(Self::V4), V3::try_new().map(Self::V3)];
        #[cfg(target_arch = "aarch64")]
        let vectors = [Neon::try_new().map(Self::Neon)];
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        let vectors = [Simd128::try_new().map(Self::Simd128)];
        #[cfg(not(any(
            target_arch = "x86_64",
            target_arch = "aarch64",
            all(target_arch = "wasm32", target_feature = "simd128")
        )))]
        let vectors: [Option<Self>; 0] = [];
        vectors.into_iter().flatten().chain([Self::Scalar])
    }

    #[inline(always)]
    pub(crate) fn dispatch<Op: WithSimd>(self, op: Op) -> Op::Output {
        match self {
            Self::Scalar => Simd::vectorize(Scalar, op),
            #[cfg(target_arch = "x86_64")]
            Self::V3(simd) => Simd::vectorize(simd, op),
            #[cfg(target_arch = "x86_64")]
            Self::V4(simd) => Simd::vectorize(simd, op),
            #[cfg(target_arch = "aarch64")]
            Self::Neon(simd) => Simd::vectorize(simd, op),
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Self::Simd128(simd) => Simd::vectorize(simd, op),
        }
    }
}

/// The best instruction set of this processor. Tests force another one for their thread.
pub(crate) fn arch() -> Arch {
    #[cfg(test)]
    if let Some(forced) = forced::get() {
        return forced;
    }
    Arch::all().next().unwrap_or(Arch::Scalar)
}

/// Work on plain loops that the compiler turns into vectors by itself: see [`vectorized`].
///
/// A trait and not a closure, for the same reason as `Task`: implementations say `#[inline(always)]`. What is not inlined is
/// compiled for any processor, and a loop then takes several times as long.
pub trait Vectorize {
    /// What the work gives.
    type Output;

    /// Does the work.
    fn run(self) -> Self::Output;
}

/// Runs `work`, and all that is inlined into it, compiled for the best instruction set of this processor. The arithmetic
/// is the same on all of them.
#[inline(always)]
pub fn vectorized<W: Vectorize>(work: W) -> W::Output {
    struct Plain<W>(W);
    impl<W: Vectorize> WithSimd for Plain<W> {
        type Output = W::Output;
        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> W::Output {
            self.0.run()
        }
    }
    arch().dispatch(Plain(work))
}

#[cfg(test)]
pub(crate) mod forced {
    use std::cell::Cell;

    use super::Arch;

    thread_local! {
        static FORCED: Cell<Option<Arch>> = const { Cell::new(None) };
    }

    pub(super) fn get() -> Option<Arch> {
        FORCED.get()
    }

    /// Runs `work` with every kernel that this thread starts on `arch`.
    pub(crate) fn with<R>(arch: Arch, work: impl FnOnce() -> R) -> R {
        FORCED.set(Some(arch));
        let result = work();
        FORCED.set(None);
        result
    }

    /// Every instruction set that this processor has.
    pub(crate) fn all() -> Vec<Arch> {
        Arch::all().collect()
    }
}
