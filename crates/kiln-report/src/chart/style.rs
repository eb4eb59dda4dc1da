//! Colours of all charts.

/// The classes `c0`, `c1` … of curves.
pub(super) const COLOURS: usize = 6;

/// Okabe and Ito's colours (2008), distinct to the colour-blind too; brighter ones of the same hue on a dark page.
pub(super) const STYLE: &str = "<style>\
.kiln-chart text{fill:#1f2328}.kiln-chart .soft{fill:#57606a}.kiln-chart .page{fill:#fff}\
.kiln-chart .grid{stroke:#e1e5ea}.kiln-chart .frame{stroke:#8c959f}.kiln-chart .area{fill:#8c959f;opacity:.2}\
.kiln-chart .run{opacity:.38;stroke-width:9}.kiln-chart .mean{stroke-width:24}\
.kiln-chart .halo{paint-order:stroke;stroke:#fff;stroke-width:4}\
.kiln-chart path.band{stroke:none;fill-opacity:.16}.kiln-chart circle.band{stroke:none;fill-opacity:.7}\
.kiln-chart .c0{stroke:#0072b2}.kiln-chart .c1{stroke:#d55e00}.kiln-chart .c2{stroke:#009e73}\
.kiln-chart .c3{stroke:#cc79a7}.kiln-chart .c4{stroke:#b57d00}.kiln-chart .c5{stroke:#3c9ad0}\
.kiln-chart .c0.band{fill:#0072b2}.kiln-chart .c1.band{fill:#d55e00}.kiln-chart .c2.band{fill:#009e73}\
.kiln-chart .c3.band{fill:#cc79a7}.kiln-chart .c4.band{fill:#b57d00}.kiln-chart .c5.band{fill:#3c9ad0}\
@media(prefers-color-scheme:dark){\
.kiln-chart text{fill:#e6edf3}.kiln-chart .soft{fill:#a5afba}.kiln-chart .page{fill:#0d1117}.kiln-chart .halo{stroke:#0d1117}\
.kiln-chart .grid{stroke:#272d36}.kiln-chart .frame{stroke:#6e7681}\
.kiln-chart .c0{stroke:#4aa8e8}.kiln-chart .c1{stroke:#ff8a33}.kiln-chart .c2{stroke:#2cc79b}\
.kiln-chart .c3{stroke:#e39cc5}.kiln-chart .c4{stroke:#e8b033}.kiln-chart .c5{stroke:#7cc8f5}\
.kiln-chart .c0.band{fill:#4aa8e8}.kiln-chart .c1.band{fill:#ff8a33}.kiln-chart .c2.band{fill:#2cc79b}\
.kiln-chart .c3.band{fill:#e39cc5}.kiln-chart .c4.band{fill:#e8b033}.kiln-chart .c5.band{fill:#7cc8f5}}\
</style>";
