//! Every registered transform is as its documentation says.

use kiln_augment::{RowTransform, TransformConfig};
use kiln_testkit::check_kinds;

#[test]
fn every_transform_of_images_is_as_its_documentation_says() {
    check_kinds::<TransformConfig, TransformConfig>("augment.0", TransformConfig::NAMES, |transform| {
        transform.build::<u8>("augment.0").map_err(|error| Box::new(error) as _)?;
        transform.build::<f32>("augment.0").map(|_| ()).map_err(|error| Box::new(error) as _)
    });
}

#[test]
fn every_change_of_rows_is_as_its_documentation_says() {
    check_kinds::<RowTransform, RowTransform>("augment.rows.0", RowTransform::NAMES, |transform| {
        transform.check("augment.rows.0").map_err(|error| Box::new(error) as _)
    });
}
