//! How an image is to be turned to stand upright, as EXIF says it.

/// From an upright pixel to the pixel of the file: rows and columns change places or not, then each may run backwards.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Orientation {
    /// Whether upright rows are columns of the file.
    pub(super) swap: bool,
    /// Whether rows of the file are read from the last on.
    pub(super) rows_reversed: bool,
    /// Whether columns of the file are read from the last on.
    pub(super) columns_reversed: bool,
}

impl Orientation {
    /// Of EXIF's number, from 1 to 8; any other says nothing.
    pub(super) fn of_exif(number: u8) -> Self {
        let (swap, rows_reversed, columns_reversed) = match number {
            2 => (false, false, true),
            3 => (false, true, true),
            4 => (false, true, false),
            5 => (true, false, false),
            6 => (true, true, false),
            7 => (true, true, true),
            8 => (true, false, true),
            _ => (false, false, false),
        };
        Self { swap, rows_reversed, columns_reversed }
    }

    /// What belongs to `[width, height]` of the file as what belongs to them upright, or the other way round.
    pub(super) fn turned<T>(self, [width, height]: [T; 2]) -> [T; 2] {
        if self.swap { [height, width] } else { [width, height] }
    }

    /// The corner in the file, `[left, top]`, of the part of `part` = `[width, height]` whose upright corner is `corner`; `file` is
    /// the size of the file's image, `part` is turned already.
    pub(super) fn corner(self, corner: [f64; 2], part: [f64; 2], file: [usize; 2]) -> [f64; 2] {
        let [left, top] = self.turned(corner);
        let from_end = |start: f64, part: f64, len: usize| (len as f64 - start - part).max(0.0);
        [
            if self.columns_reversed { from_end(left, part[0], file[0]) } else { left },
            if self.rows_reversed { from_end(top, part[1], file[1]) } else { top },
        ]
    }

    /// The pixel of the file that is upright at row 0 and column 0, and the steps to the pixels one row and one column further, for
    /// an image of the file of `[width, height]`.
    pub(super) fn steps(self, [width, height]: [usize; 2]) -> (usize, [isize; 2]) {
        let row = if self.rows_reversed { -(width as isize) } else { width as isize };
        let column = if self.columns_reversed { -1 } else { 1 };
        let first = if self.rows_reversed { width * (height - 1) } else { 0 };
        let first = first + if self.columns_reversed { width - 1 } else { 0 };
        (first, if self.swap { [column, row] } else { [row, column] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pixels of an image of 3 x 2, upright, row by row.
    fn upright(number: u8) -> Vec<Vec<u8>> {
        let file = [1, 2, 3, 4, 5, 6];
        let orientation = Orientation::of_exif(number);
        let [width, height] = orientation.turned([3, 2]);
        let (first, [down, right]) = orientation.steps([3, 2]);
        let at = |y: usize, x: usize| first as isize + y as isize * down + x as isize * right;
        (0..height).map(|y| (0..width).map(|x| file[at(y, x) as usize]).collect()).collect()
    }

    #[test]
    fn the_eight_orientations_are_those_of_exif() {
        let straight = vec![vec![1, 2, 3], vec![4, 5, 6]];
        assert_eq!([upright(0), upright(1), upright(9)], [straight.clone(), straight.clone(), straight]);
        assert_eq!(upright(2), [[3, 2, 1], [6, 5, 4]], "mirrored");
        assert_eq!(upright(3), [[6, 5, 4], [3, 2, 1]], "half a turn");
        assert_eq!(upright(4), [[4, 5, 6], [1, 2, 3]], "upside down, mirrored");
        assert_eq!(upright(5), [[1, 4], [2, 5], [3, 6]], "transposed");
        assert_eq!(upright(6), [[4, 1], [5, 2], [6, 3]], "a quarter clockwise");
        assert_eq!(upright(7), [[6, 3], [5, 2], [4, 1]], "transposed over the other diagonal");
        assert_eq!(upright(8), [[3, 6], [2, 5], [1, 4]], "a quarter the other way");
    }

    #[test]
    fn a_part_is_found_in_the_file() {
        // Upright 2 x 3, one row of 2 pixels from row 2 on.
        let corner = |number| {
            let orientation = Orientation::of_exif(number);
            orientation.corner([0.0, 2.0], orientation.turned([2.0, 1.0]), [3, 2])
        };
        assert_eq!(corner(6), [2.0, 0.0]); // the last column
        assert_eq!(corner(8), [0.0, 0.0]); // the first column
        assert_eq!(corner(5), [2.0, 0.0]);
    }
}
