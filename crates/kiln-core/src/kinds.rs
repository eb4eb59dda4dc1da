//! Settings that are one of several kinds, each kind registered by one line.

#[cfg(feature = "schema")]
mod schema;

/// For what [`kinds!`](crate::kinds!) makes.
#[cfg(feature = "schema")]
#[doc(hidden)]
pub mod private {
    pub use schemars;
}

#[cfg(feature = "schema")]
pub use schema::{alternatives, one_of};

/// Makes the enum of a section whose settings are one of several kinds, told apart by the key `kind`.
///
/// A kind is a file with its settings, which implement the trait of the section, and a line in this list. The line
/// names the kind as the user writes it, the variant and the type of its settings. The order of the lines is the order
/// of [`NAMES`](#what-it-makes) and of messages.
///
/// With the module before the variant, `"square" => square::Square(SquareConfig)`, the line also declares the module and
/// re-exports its settings. Then a new kind is one file and one line.
///
/// # What it makes
/// - The enum, with serde's `tag = "kind"` and `#[non_exhaustive]`: kinds are added. It derives `Debug`, `Clone`, `PartialEq`, `Serialize`, `Deserialize`, and what
///   the attributes before it ask for.
/// - `JsonSchema`, if the crate that calls this has a feature `schema` and it is on: `oneOf` with one object for each kind. The object is that of the settings (their description,
///   properties and examples) with the constant `kind`.
/// - `NAMES: &[&str]`, the kinds in order, and `name(&self)`.
/// - `as_kind(&self) -> &dyn Trait` and `as_kind_mut`, through which all else is asked. Nobody matches on the variants.
/// - `From` for the settings of each kind. So two kinds never share a type.
///
/// Settings derive `Debug`, `Clone`, `PartialEq`, `Serialize`, `Deserialize` and `JsonSchema`, with
/// `#[serde(deny_unknown_fields)]`. The crate needs `serde` as a dependency, and `schemars` with its feature
/// `schema`.
///
/// # Example
/// ```
/// use schemars::JsonSchema;
/// use serde::{Deserialize, Serialize};
///
/// /// What every shape can tell.
/// pub trait ShapeKind {
///     /// In square metres.
///     fn area(&self) -> f64;
/// }
///
/// /// A square.
/// #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
/// #[serde(deny_unknown_fields)]
/// pub struct SquareConfig {
///     /// Length of a side in metres, at least 0.
///     pub side: f64,
/// }
///
/// impl ShapeKind for SquareConfig {
///     fn area(&self) -> f64 {
///         self.side * self.side
///     }
/// }
///
/// /// A circle.
/// #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
/// #[serde(deny_unknown_fields)]
/// pub struct CircleConfig {
///     /// Radius in metres, at least 0.
///     pub radius: f64,
/// }
///
/// impl ShapeKind for CircleConfig {
///     fn area(&self) -> f64 {
///         std::f64::consts::PI * self.radius.powi(2)
///     }
/// }
///
/// kiln_core::kinds! {
///     /// The section `[shape]`.
///     pub enum ShapeConfig: ShapeKind {
///         "square" => Square(SquareConfig),
///         "circle" => Circle(CircleConfig),
///     }
/// }
///
/// let shape: ShapeConfig = serde_json::from_str(r#"{"kind": "square", "side": 3.0}"#).unwrap();
/// assert_eq!(shape, SquareConfig { side: 3.0 }.into());
/// assert_eq!((shape.name(), shape.as_kind().area()), ("square", 9.0));
/// assert_eq!(ShapeConfig::NAMES, ["square", "circle"]);
/// ```
#[macro_export]
macro_rules! kinds {
    (
        $(#[$attribute:meta])*
        $visibility:vis enum $kinds:ident: $section:path {
            $($name:literal => $module:ident::$kind:ident($settings:ident)),+ $(,)?
        }
    ) => {
        $(
            mod $module;
            $visibility use $module::$settings;
        )+

        $crate::kinds! {
            $(#[$attribute])*
            $visibility enum $kinds: $section {
                $($name => $kind($settings)),+
            }
        }
    };
    (
        $(#[$attribute:meta])*
        $visibility:vis enum $kinds:ident: $section:path {
            $($name:literal => $kind:ident($settings:ty)),+ $(,)?
        }
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(tag = "kind")]
        #[non_exhaustive]
        $visibility enum $kinds {
            $(
                #[doc = concat!("`kind = \"", $name, "\"`, see [`", stringify!($settings), "`].")]
                #[serde(rename = $name)]
                $kind($settings),
            )+
        }

        impl $kinds {
            /// The kinds as the user writes them, in the order of messages and documents.
            $visibility const NAMES: &'static [&'static str] = &[$($name),+];

            /// The kind as the user writes it.
            $visibility fn name(&self) -> &'static str {
                match self {
                    $(Self::$kind(_) => $name,)+
                }
            }

            /// The settings of the kind, which know all that the section asks of them.
            $visibility fn as_kind(&self) -> &dyn $section {
                match self {
                    $(Self::$kind(settings) => settings,)+
                }
            }

            /// The settings of the kind, to be changed through what the section asks of them.
            #[allow(dead_code)]
            $visibility fn as_kind_mut(&mut self) -> &mut dyn $section {
                match self {
                    $(Self::$kind(settings) => settings,)+
                }
            }
        }

        $(
            impl ::core::convert::From<$settings> for $kinds {
                fn from(settings: $settings) -> Self {
                    Self::$kind(settings)
                }
            }
        )+

        #[cfg(feature = "schema")]
        impl $crate::kinds::private::schemars::JsonSchema for $kinds {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($kinds).into()
            }

            fn schema_id() -> ::std::borrow::Cow<'static, str> {
                concat!(module_path!(), "::", stringify!($kinds)).into()
            }

            fn json_schema(
                generator: &mut $crate::kinds::private::schemars::SchemaGenerator,
            ) -> $crate::kinds::private::schemars::Schema {
                $crate::kinds::one_of([$((
                    $name,
                    <$settings as $crate::kinds::private::schemars::JsonSchema>::json_schema(generator),
                )),+])
            }
        }
    };
}

#[cfg(all(test, feature = "schema"))]
mod tests {
    use schemars::{JsonSchema, schema_for};
    use serde::{Deserialize, Serialize};
    use serde_json::json;

    use super::alternatives;

    trait Doubled {
        fn doubled(&self) -> f64;
    }

    /// Always 1.
    #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct One {}

    impl Doubled for One {
        fn doubled(&self) -> f64 {
            2.0
        }
    }

    /// A number.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    #[schemars(example = Number { value: 3.0, label: String::new() })]
    struct Number {
        /// The number, at least 0.
        #[schemars(range(min = 0.0))]
        value: f64,
        /// What it is called. Default: nothing.
        #[serde(default)]
        label: String,
    }

    impl Doubled for Number {
        fn doubled(&self) -> f64 {
            2.0 * self.value
        }
    }

    crate::kinds! {
        /// A number or 1.
        enum Numbers: Doubled {
            "always-one" => One(One),
            "number" => Number(Number),
        }
    }

    #[test]
    fn settings_come_back_as_they_were_written() {
        for text in [r#"{"kind":"always-one"}"#, r#"{"kind":"number","value":1.5,"label":"x"}"#] {
            let read: Numbers = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), text);
        }
        let read: Numbers = toml::from_str("kind = \"number\"\nvalue = 2.0").unwrap();
        assert_eq!(read, Number { value: 2.0, label: String::new() }.into());
        assert_eq!((read.name(), read.as_kind().doubled()), ("number", 4.0));
        assert_eq!(Numbers::from(One {}).as_kind().doubled(), 2.0);
    }

    #[test]
    fn a_wrong_kind_or_key_is_named_with_those_there_are() {
        let message = |text| serde_json::from_str::<Numbers>(text).unwrap_err().to_string();
        let unknown = "unknown variant `two`, expected `always-one` or `number`";
        assert!(message(r#"{"kind":"two"}"#).starts_with(unknown));
        assert!(message(r#"{"kind":"number","value":1,"name":"x"}"#).starts_with("unknown field `name`"));
        assert!(message(r#"{"kind":"always-one","value":1}"#).starts_with("unknown field `value`"));
        assert!(message("{}").starts_with("missing field `kind`"));
    }

    #[test]
    fn the_schema_has_an_object_for_each_kind() {
        let schema = schema_for!(Numbers);
        let found: Vec<_> = alternatives(&schema).collect();
        let names: Vec<_> = found.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, Numbers::NAMES);
        let one = json!({
            "description": "Always 1.",
            "type": "object",
            "properties": { "kind": { "type": "string", "const": "always-one" } },
            "additionalProperties": false,
            "required": ["kind"],
        });
        assert_eq!(found[0].1, &one);
        let number = found[1].1;
        assert_eq!(number["required"], json!(["kind", "value"]));
        assert_eq!(number["properties"]["value"]["minimum"], json!(0.0));
        assert_eq!(number["properties"]["label"]["default"], json!(""));
        assert_eq!(number["examples"], json!([{ "kind": "number", "value": 3.0, "label": "" }]));
        let example: Numbers = serde_json::from_value(number["examples"][0].clone()).unwrap();
        assert_eq!(example.name(), "number");
    }
}
