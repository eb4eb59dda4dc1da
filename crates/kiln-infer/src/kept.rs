//! Memory that a thread keeps between calls, so that a prediction asks the system for none.

use std::cell::Cell;

/// Functions that lend so many elements of any value, and keep the longest memory that was lent.
macro_rules! kept {
    ($($name:ident: $element:ty = $zero:expr;)*) => {
        $(pub(crate) fn $name<R>(len: usize, work: impl FnOnce(&mut [$element]) -> R) -> R {
            thread_local! {
                static KEPT: Cell<Vec<$element>> = const { Cell::new(Vec::new()) };
            }
            // Taken while it is lent: work within the work gets memory of its own. While a thread ends there is none to keep.
            let mut memory = KEPT.try_with(Cell::take).unwrap_or_default();
            if memory.len() < len {
                memory.resize(len, $zero);
            }
            let result = work(&mut memory[..len]);
            let _ = KEPT.try_with(|kept| kept.set(memory));
            result
        })*
    };
}

kept! {
    numbers: f64 = 0.0;
    places: u32 = 0;
    winners: u8 = 0;
}
