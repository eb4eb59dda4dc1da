//! Colours of all charts.

/// The classes `c0`, `c1` … of curves.
pub(super) const COLOURS: usize = 6;

/// The first three are Okabe and Ito's (2008), the others as far from them and from each other as they can be, to the colour-blind, too; brighter
/// ones of the same hue on a dark page. Grey does not tell six colours apart: dashes do.
pub(super) const STYLE: &str = "<style>\
.kiln-chart text{fill:#1f2328}.kiln-chart .soft{fill:#57606a}.kiln-chart .page{fill:#fff}\
.kiln-chart .grid{stroke:#e1e5ea}.kiln-chart .frame{stroke:#8c959f}.kiln-chart .whisker{stroke:#57606a;stroke-width:1.4}.kiln-chart .area{fill:#8c959f;opacity:.2}\
.kiln-chart .run{opacity:.38;stroke-width:9}.kiln-chart .mean{stroke-width:24}\
.kiln-chart .halo{paint-order:stroke;stroke:#fff;stroke-width:4}\
.kiln-chart path.band{stroke:none;fill-opacity:.16}.kiln-chart circle.band{stroke:none;fill-opacity:.7}\
.kiln-chart .c0{stroke:#0072b2}.kiln-chart .c1{stroke:#d55e00}.kiln-chart .c2{stroke:#009e73}\
.kiln-chart .c3{stroke:#c4629a}.kiln-chart .c4{stroke:#4d4d4d}.kiln-chart .c5{stroke:#6f2dbd}\
.kiln-chart .c0.band{fill:#0072b2}.kiln-chart .c1.band{fill:#d55e00}.kiln-chart .c2.band{fill:#009e73}\
.kiln-chart .c3.band{fill:#c4629a}.kiln-chart .c4.band{fill:#4d4d4d}.kiln-chart .c5.band{fill:#6f2dbd}\
@media(prefers-color-scheme:dark){\
.kiln-chart text{fill:#e6edf3}.kiln-chart .soft{fill:#a5afba}.kiln-chart .page{fill:#0d1117}.kiln-chart .halo{stroke:#0d1117}\
.kiln-chart .grid{stroke:#272d36}.kiln-chart .frame{stroke:#6e7681}.kiln-chart .whisker{stroke:#c9d1d9}\
.kiln-chart .c0{stroke:#4aa8e8}.kiln-chart .c1{stroke:#ff8a33}.kiln-chart .c2{stroke:#2cc79b}\
.kiln-chart .c3{stroke:#d982b5}.kiln-chart .c4{stroke:#d0d7de}.kiln-chart .c5{stroke:#a371f7}\
.kiln-chart .c0.band{fill:#4aa8e8}.kiln-chart .c1.band{fill:#ff8a33}.kiln-chart .c2.band{fill:#2cc79b}\
.kiln-chart .c3.band{fill:#d982b5}.kiln-chart .c4.band{fill:#d0d7de}.kiln-chart .c5.band{fill:#a371f7}}\
</style>";

#[cfg(test)]
mod tests {
    use super::super::svg::DASHES;
    use super::*;

    /// From linear RGB to what protanopes, deuteranopes and tritanopes see (Machado, Oliveira and Fernandes 2009, table 1), and to what others do.
    const SEEN: [[[f64; 3]; 3]; 4] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    ];
    /// Twice what is told apart beside each other in passing (Mahy, Van Eycken and Oosterlinck 1994: 2.3 is just noticeable).
    const APART: f64 = 10.0;

    /// The colour of a rule of the style, of the light and of the dark page, in linear RGB.
    fn colours(rule: &str) -> [[f64; 3]; 2] {
        let (light, dark) = STYLE.split_once("@media").unwrap();
        [light, dark].map(|part| {
            let at = part.find(rule).unwrap_or_else(|| panic!("{rule}")) + rule.len();
            let digits: String = part[at..].chars().take_while(char::is_ascii_hexdigit).collect();
            let digits = if digits.len() == 3 { digits.repeat(2) } else { digits };
            let channel = |place: usize| {
                let share =
                    f64::from(u8::from_str_radix(&digits[2 * place..2 * place + 2], 16).unwrap()) / 255.0;
                if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
            };
            [0, 1, 2].map(channel)
        })
    }

    fn curves() -> Vec<[[f64; 3]; 2]> {
        (0..COLOURS).map(|number| colours(&format!(".kiln-chart .c{number}{{stroke:#"))).collect()
    }

    fn luminance([red, green, blue]: [f64; 3]) -> f64 {
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// As in CIELAB 1976, for daylight (D65).
    fn lab(colour: [f64; 3]) -> [f64; 3] {
        let [red, green, blue] = colour;
        let root = |t: f64| if t > 0.008856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
        let x = root((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505);
        let y = root(luminance(colour));
        let z = root((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    fn distance(one: [f64; 3], other: [f64; 3]) -> f64 {
        let (one, other) = (lab(one), lab(other));
        one.iter().zip(other).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    }

    #[test]
    fn curves_stand_out_from_the_page() {
        let pages = colours(".kiln-chart .page{fill:#");
        for (number, colour) in curves().into_iter().enumerate() {
            for (colour, page) in colour.into_iter().zip(pages) {
                let (one, other) = (luminance(colour) + 0.05, luminance(page) + 0.05);
                // What WCAG 2.2 asks of graphics (1.4.11).
                assert!(one.max(other) / one.min(other) >= 3.0, "c{number}");
            }
        }
    }

    #[test]
    fn curves_are_told_apart_by_the_colour_blind_and_in_grey() {
        let all = curves();
        for (number, one) in all.iter().enumerate() {
            for (other_number, other) in all.iter().enumerate().skip(number + 1) {
                for page in [0, 1] {
                    for (who, seen) in SEEN.iter().enumerate() {
                        let see = |colour: [f64; 3]| {
                            seen.map(|row| {
                                row.iter().zip(colour).map(|(a, b)| a * b).sum::<f64>().clamp(0.0, 1.0)
                            })
                        };
                        let distance = distance(see(one[page]), see(other[page]));
                        assert!(
                            distance > APART,
                            "c{number}, c{other_number}, page {page}, eyes {who}: {distance}"
                        );
                    }
                }
                assert_ne!(DASHES[number], DASHES[other_number]);
            }
        }
    }

    /// White and black are as far apart as can be, and red and green are alike to those who do not see red or green.
    #[test]
    fn the_measure_knows_what_is_alike() {
        assert!((distance([1.0; 3], [0.0; 3]) - 100.0).abs() < 0.1);
        let ([red, green], row) = ([[0.35, 0.0, 0.0], [0.0, 0.1, 0.0]], SEEN[2]);
        let see = |colour: [f64; 3]| {
            row.map(|row| row.iter().zip(colour).map(|(a, b)| a * b).sum::<f64>().clamp(0.0, 1.0))
        };
        assert!(distance(see(red), see(green)) < 0.5 * distance(red, green));
    }
}
