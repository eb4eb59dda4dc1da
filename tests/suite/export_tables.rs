//! Models of tables as ONNX: their files are with those of `export.rs`.

use kiln::train::Decision;

use crate::export::{MIXED, check};

#[test]
fn models_of_tables_do() {
    let plain = Decision::default;
    let tabm = ["model.kind=tabm", "model.hidden=[6,5]", "model.heads=3"];
    check(
        "tabm",
        &[&[MIXED][..], &tabm, &["model.embedding={kind='plr',width=4,frequencies=3,sigma=0.5}"]].concat(),
        plain(),
    );
    let two = ["data.source=breast-cancer", "loss.kind=binary-cross-entropy"];
    check("tabm-two", &[&two[..], &tabm].concat(), plain().with_threshold(0.375));
    let numbers =
        ["data.source=diabetes", "data.bins=5", "model.embedding={kind='piecewise-linear',width=3}"];
    check("tabm-bins", &[&numbers[..], &tabm].concat(), plain());
    let real = [
        "model.kind=mlp",
        "model.hidden=[6,5]",
        "model.input_scale=true",
        "model.parametrization=ntk",
        "model.learned_activation=true",
        "model.activation=mish",
        "model.embedding={kind='pbld',width=4,frequencies=3}",
    ];
    check("mlp-real", &[&[MIXED][..], &real].concat(), plain());
    let residual = ["model.kind=table-resnet", "model.width=6", "model.blocks=1"];
    check("table-resnet", &[&[MIXED][..], &residual].concat(), plain());
    let attention =
        ["model.kind=ft-transformer", "model.width=8", "model.heads=2", "model.units=5", "model.blocks=2"];
    check("ft-transformer", &[&[MIXED][..], &attention].concat(), plain());
}
