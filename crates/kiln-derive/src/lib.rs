#![doc = include_str!("../README.md")]

use proc_macro::TokenStream;

/// Makes nothing, and takes the attributes `schemars` as the derive of that name in the crate schemars does.
///
/// ```
/// #[derive(Debug, kiln_derive::JsonSchema)]
/// #[schemars(description = "What a person reads.")]
/// struct Settings {
///     #[schemars(range(min = 0.0))]
///     rate: f64,
/// }
/// assert_eq!(Settings { rate: 0.5 }.rate, 0.5);
/// ```
#[proc_macro_derive(JsonSchema, attributes(schemars))]
pub fn json_schema(_: TokenStream) -> TokenStream {
    TokenStream::new()
}
