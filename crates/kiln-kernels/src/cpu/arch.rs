//! Which instruction set a kernel runs with.

use pulp::Arch;

/// The best instruction set of this processor. Tests force another one for their thread.
pub(crate) fn arch() -> Arch {
    #[cfg(test)]
    if let Some(forced) = forced::get() {
        return forced;
    }
    Arch::new()
}

#[cfg(test)]
pub(crate) mod forced {
    use std::cell::Cell;

    use pulp::Arch;

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

    /// Every instruction set that this processor has, with its name.
    pub(crate) fn all() -> Vec<(&'static str, Arch)> {
        let mut all = vec![("scalar", Arch::Scalar)];
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(pulp::x86::V3::try_new().map(|simd| ("avx2", Arch::V3(simd))));
            all.extend(pulp::x86::V4::try_new().map(|simd| ("avx512", Arch::V4(simd))));
        }
        #[cfg(not(target_arch = "x86_64"))]
        all.push(("native", Arch::new()));
        all
    }
}
