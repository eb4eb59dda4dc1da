//! Where each output row or column comes from, for operations that move pixels without mixing them.

use crate::Border;

/// One axis: output index → input index, or nothing where the fill shows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Axis {
    /// Output `i` reads `start + step · i` where that is in `low..high`.
    Run { len: usize, start: isize, step: isize, low: isize, high: isize },
    /// Output `i` reads the `i`-th entry; [`OUTSIDE`] is the fill.
    Table(Vec<u32>),
}

/// No input pixel.
const OUTSIDE: u32 = u32::MAX;

impl Axis {
    /// All of an axis, in order.
    pub(crate) fn whole(len: usize) -> Self {
        Self::Run { len, start: 0, step: 1, low: 0, high: len as isize }
    }

    /// All of an axis, backwards.
    pub(crate) fn reversed(len: usize) -> Self {
        Self::Run { len, start: len as isize - 1, step: -1, low: 0, high: len as isize }
    }

    /// `len` pixels from `start` on, of an axis of `source` pixels.
    pub(crate) fn window(source: usize, start: isize, len: usize, border: Border) -> Self {
        let high = source as isize;
        let inside = start >= 0 && start + len as isize <= high;
        match border {
            Border::Constant(_) => Self::Run { len, start, step: 1, low: 0, high },
            _ if inside => Self::Run { len, start, step: 1, low: 0, high },
            _ if source == 0 => Self::Table(vec![OUTSIDE; len]),
            Border::Edge => Self::table(len, |index| (start + index as isize).clamp(0, high - 1) as usize),
            Border::Reflect => Self::table(len, |index| reflected(start + index as isize, source)),
        }
    }

    /// An axis read through a function of the output index.
    pub(crate) fn table(len: usize, source: impl Fn(usize) -> usize) -> Self {
        Self::Table((0..len).map(|index| source(index) as u32).collect())
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Run { len, .. } => *len,
            Self::Table(table) => table.len(),
        }
    }

    /// Whether nothing moves, for an input of `source` pixels.
    pub(crate) fn is_whole(&self, source: usize) -> bool {
        *self == Self::whole(source)
    }

    /// Whether every output pixel is an input pixel.
    pub(crate) fn is_inside(&self) -> bool {
        match self {
            Self::Run { len, .. } => self.inside() == (0, *len),
            Self::Table(table) => !table.contains(&OUTSIDE),
        }
    }

    /// Start and step where the axis is a run.
    pub(crate) fn run(&self) -> Option<(isize, isize)> {
        match self {
            Self::Run { start, step, .. } => Some((*start, *step)),
            Self::Table(_) => None,
        }
    }

    /// The input pixel of an output pixel.
    pub(crate) fn source(&self, index: usize) -> Option<usize> {
        match self {
            Self::Run { start, step, low, high, .. } => {
                let source = start + step * index as isize;
                (*low..*high).contains(&source).then_some(source as usize)
            }
            Self::Table(table) => match table.get(index) {
                None | Some(&OUTSIDE) => None,
                Some(source) => Some(*source as usize),
            },
        }
    }

    /// This axis first, then `next` on what comes out: one axis that does both.
    pub(crate) fn then(&self, next: &Self) -> Self {
        match (self, next) {
            (
                Self::Run { len: middle, start, step, low, high },
                Self::Run { len, start: next_start, step: next_step, low: next_low, high: next_high },
            ) => {
                let (from, to) = ((*next_low).max(0), (*next_high).min(*middle as isize));
                let (from, to) = match step {
                    1 => (start + from, start + to),
                    _ => (start - to + 1, start - from + 1),
                };
                Self::Run {
                    len: *len,
                    start: start + step * next_start,
                    step: step * next_step,
                    low: from.max(*low),
                    high: to.min(*high),
                }
            }
            _ => {
                let source = |index| next.source(index).and_then(|middle| self.source(middle));
                let entry = |index| source(index).map_or(OUTSIDE, |source| source as u32);
                Self::Table((0..next.len()).map(entry).collect())
            }
        }
    }

    /// The outputs of a run, from where to where, that are input pixels.
    fn inside(&self) -> (usize, usize) {
        match self {
            Self::Run { len, start, step, low, high } => {
                let (from, to) = match step {
                    1 => (low - start, high - start),
                    _ => (start - high + 1, start - low + 1),
                };
                let from = from.clamp(0, *len as isize) as usize;
                (from, (to.clamp(0, *len as isize) as usize).max(from))
            }
            Self::Table(table) => (0, table.len()),
        }
    }

    /// Writes an output row from an input row.
    pub(crate) fn copy<T: Copy>(&self, source: &[T], target: &mut [T], fill: T) {
        match self {
            Self::Run { start, step, .. } => {
                let (from, to) = self.inside();
                target[..from].fill(fill);
                target[to..].fill(fill);
                if from == to {
                    return;
                }
                let first = start + step * from as isize;
                let target = &mut target[from..to];
                if *step == 1 {
                    target.copy_from_slice(&source[first as usize..first as usize + (to - from)]);
                } else {
                    let last = start + step * (to as isize - 1);
                    let source = &source[last as usize..=first as usize];
                    target.iter_mut().zip(source.iter().rev()).for_each(|(target, source)| *target = *source);
                }
            }
            Self::Table(table) => {
                for (target, entry) in target.iter_mut().zip(table) {
                    *target = if *entry == OUTSIDE { fill } else { source[*entry as usize] };
                }
            }
        }
    }
}

/// The pixel that `index` shows when an axis of `len` pixels is mirrored again and again at its edge pixels.
pub(crate) fn reflected(index: isize, len: usize) -> usize {
    if len <= 1 {
        return 0;
    }
    let period = 2 * (len as isize - 1);
    let place = index.rem_euclid(period);
    place.min(period - place) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Some axes for an input of `source` pixels.
    fn axes(source: usize) -> Vec<Axis> {
        let mut axes = vec![Axis::whole(source), Axis::reversed(source)];
        for (start, len) in [(0, 3), (2, 4), (-2, 9), (-3, 2), (4, 9), (9, 2)] {
            for border in [Border::default(), Border::Reflect, Border::Edge] {
                axes.push(Axis::window(source, start, len, border));
            }
        }
        axes
    }

    #[test]
    fn two_axes_in_one_are_the_two_one_after_the_other() {
        let row: Vec<u8> = (10..17).collect();
        let copied = |axis: &Axis, row: &[u8]| {
            let mut target = vec![0; axis.len()];
            axis.copy(row, &mut target, 99);
            target
        };
        for first in axes(row.len()) {
            let middle = copied(&first, &row);
            for second in axes(middle.len()) {
                let both = first.then(&second);
                assert_eq!(copied(&both, &row), copied(&second, &middle), "{first:?} {second:?}");
                let sources: Vec<u8> =
                    (0..both.len()).map(|i| both.source(i).map_or(99, |source| row[source])).collect();
                assert_eq!(copied(&both, &row), sources, "{both:?}");
                assert_eq!(both.is_inside(), !sources.contains(&99), "{both:?}");
            }
        }
    }

    #[test]
    fn mirrors_do_not_repeat_the_edge() {
        let indices: Vec<usize> = (-5..9).map(|index| reflected(index, 3)).collect();
        assert_eq!(indices, [1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1, 0]);
        assert_eq!(reflected(-7, 1), 0);
    }
}
