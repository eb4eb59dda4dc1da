//! The list of kinds of a section, as modules and as the enum of their settings.

/// Makes `kind::Variant(Settings)` lines into modules, their settings and the enum of [`kiln_core::kinds!`], so that a new
/// kind is a file and a line.
macro_rules! registry {
    (
        $(#[$attribute:meta])*
        pub enum $kinds:ident: $section:ident {
            $($name:literal => $module:ident::$kind:ident($settings:ident)),+ $(,)?
        }
    ) => {
        $(
            mod $module;
            pub use $module::$settings;
        )+

        kiln_core::kinds! {
            $(#[$attribute])*
            pub enum $kinds: $section {
                $($name => $kind($settings)),+
            }
        }
    };
}

pub(crate) use registry;
