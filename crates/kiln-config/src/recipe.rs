//! Configurations that are part of the program.

/// Name, what it trains, text.
const RECIPES: [(&str, &str); 11] = [
    ("digits", include_str!("../recipes/digits.toml")),
    ("iris", include_str!("../recipes/iris.toml")),
    ("wine", include_str!("../recipes/wine.toml")),
    ("breast-cancer", include_str!("../recipes/breast-cancer.toml")),
    ("diabetes", include_str!("../recipes/diabetes.toml")),
    ("fashion-mnist", include_str!("../recipes/fashion-mnist.toml")),
    ("fashion-mnist-cnn", include_str!("../recipes/fashion-mnist-cnn.toml")),
    ("fashion-mnist-resnet", include_str!("../recipes/fashion-mnist-resnet.toml")),
    ("tinygpt", include_str!("../recipes/tinygpt.toml")),
    ("ucr", include_str!("../recipes/ucr.toml")),
    ("sunspots", include_str!("../recipes/sunspots.toml")),
];

/// The text of the recipe called `name`.
pub fn find(name: &str) -> Option<&'static str> {
    RECIPES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// The names of all recipes.
pub fn names() -> impl Iterator<Item = &'static str> {
    RECIPES.iter().map(|(name, _)| *name)
}
