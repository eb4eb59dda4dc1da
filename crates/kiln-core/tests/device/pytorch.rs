//! Files of PyTorch's: what its layers give, Burn's give with the same file. See `tests/golden/pytorch_layout.py`.

use burn::module::Module;
use burn::nn::conv::{Conv1d, Conv1dConfig, Conv2d, Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig};
use burn::nn::transformer::{
    TransformerDecoder, TransformerDecoderConfig, TransformerDecoderInput, TransformerEncoder,
    TransformerEncoderConfig, TransformerEncoderInput,
};
use burn::nn::{
    BatchNorm, BatchNormConfig, BiGru, BiGruConfig, BiLstm, BiLstmConfig, Embedding, EmbeddingConfig,
    GroupNorm, GroupNormConfig, Gru, GruConfig, InstanceNorm, InstanceNormConfig, LayerNorm, LayerNormConfig,
    Linear, LinearConfig, LinearLayout, Lstm, LstmConfig, PRelu, PReluConfig, PaddingConfig2d, RmsNorm,
    RmsNormConfig, Rnn, RnnConfig, attention,
};
use burn::tensor::{Device, Int, Tensor, TensorData};
use kiln_core::{ErrorKind, Explain, Layout, Weights, WeightsError};
use kiln_testkit::{assert_close, device, golden};

const WIDTH: usize = 6;
const HEADS: usize = 2;
const HIDDEN: usize = 5;
const FEED: usize = 8;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/pytorch_layout.safetensors");

#[derive(Module, Debug)]
struct Transformer {
    encoder: TransformerEncoder,
    decoder: TransformerDecoder,
}

impl Transformer {
    fn new(norm_first: bool, device: &Device) -> Self {
        let encoder = TransformerEncoderConfig::new(WIDTH, FEED, HEADS, 2).with_norm_first(norm_first);
        let decoder = TransformerDecoderConfig::new(WIDTH, FEED, HEADS, 2).with_norm_first(norm_first);
        Self { encoder: encoder.init(device), decoder: decoder.init(device) }
    }
}

#[derive(Module, Debug)]
struct Net {
    square: Linear,
    wide: Linear,
    conv1: Conv1d,
    conv2: Conv2d,
    up: ConvTranspose2d,
    batch: BatchNorm,
    layer: LayerNorm,
    group: GroupNorm,
    instance: InstanceNorm,
    rms: RmsNorm,
    prelu: PRelu,
    embedding: Embedding,
    attention: attention::MultiHeadAttention,
    lstm: Lstm,
    stacked: Vec<Lstm>,
    both: BiLstm,
    gru: Gru,
    gru_both: BiGru,
    rnn: Rnn,
    post: Transformer,
}

impl Net {
    fn new(device: &Device) -> Self {
        let stacked = || LstmConfig::new(WIDTH, WIDTH, true).init(device);
        Self {
            square: LinearConfig::new(WIDTH, WIDTH).init(device),
            wide: LinearConfig::new(WIDTH, 3).with_bias(false).init(device),
            conv1: Conv1dConfig::new(2, 4, 3).init(device),
            conv2: Conv2dConfig::new([4, 6], [3, 3])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_groups(2)
                .init(device),
            up: ConvTranspose2dConfig::new([4, 3], [2, 2]).with_stride([2, 2]).init(device),
            batch: BatchNormConfig::new(4).init(device),
            layer: LayerNormConfig::new(WIDTH).init(device),
            group: GroupNormConfig::new(2, 4).init(device),
            instance: InstanceNormConfig::new(4).init(device),
            rms: RmsNormConfig::new(WIDTH).with_epsilon(1e-5).init(device),
            prelu: PReluConfig::new().with_num_parameters(4).init(device),
            embedding: EmbeddingConfig::new(7, 7).init(device),
            attention: attention::MultiHeadAttentionConfig::new(WIDTH, HEADS).init(device),
            lstm: LstmConfig::new(WIDTH, HIDDEN, true).init(device),
            stacked: vec![stacked(), stacked()],
            both: BiLstmConfig::new(WIDTH, HIDDEN, true).init(device),
            gru: GruConfig::new(WIDTH, HIDDEN, true).init(device),
            gru_both: BiGruConfig::new(WIDTH, HIDDEN, false).init(device),
            rnn: RnnConfig::new(WIDTH, HIDDEN, true).init(device),
            post: Transformer::new(false, device),
        }
    }
}

/// The file with the names that the part of it has that is called `part`.
fn part(part: &str) -> Weights {
    let file = Weights::read_as(FILE, Layout::PyTorch).unwrap();
    file.select(part).unwrap().rename(part, "").unwrap()
}

struct Cases {
    file: Weights,
    device: Device,
}

impl Cases {
    fn new() -> Self {
        Self { file: golden("pytorch_layout_outputs"), device: device() }
    }

    fn input<const D: usize>(&self, name: &str, index: usize) -> Tensor<D> {
        Tensor::from_data(self.file.get(&format!("in/{name}/{index}")).unwrap().clone(), &self.device)
    }

    fn check<const D: usize>(&self, name: &str, outputs: Tensor<D>) {
        let expected = self.file.get(&format!("out/{name}")).unwrap();
        assert_close(&outputs.into_data(), expected, 1e-5, 1e-5);
    }

    fn transformer(&self, name: &str, parts: &Transformer) {
        let (encoder, decoder) = (format!("{name}.encoder"), format!("{name}.decoder"));
        self.check(&encoder, parts.encoder.forward(TransformerEncoderInput::new(self.input(&encoder, 0))));
        let input = TransformerDecoderInput::new(self.input(&decoder, 0), self.input(&decoder, 1));
        self.check(&decoder, parts.decoder.forward(input));
    }
}

#[test]
fn every_layer_gives_what_it_gives_in_pytorch() {
    let cases = Cases::new();
    let net = part("net").apply(Net::new(&cases.device)).unwrap();

    cases.check("square", net.square.forward(cases.input::<2>("square", 0)));
    cases.check("wide", net.wide.forward(cases.input::<2>("wide", 0)));
    cases.check("conv1", net.conv1.forward(cases.input("conv1", 0)));
    cases.check("conv2", net.conv2.forward(cases.input("conv2", 0)));
    cases.check("up", net.up.forward(cases.input("up", 0)));
    cases.check("batch", net.batch.forward(cases.input::<4>("batch", 0)));
    cases.check("layer", net.layer.forward(cases.input::<2>("layer", 0)));
    cases.check("group", net.group.forward(cases.input::<4>("group", 0)));
    cases.check("instance", net.instance.forward(cases.input::<4>("instance", 0)));
    cases.check("rms", net.rms.forward(cases.input::<2>("rms", 0)));
    cases.check("prelu", net.prelu.forward(cases.input::<4>("prelu", 0)));
    let ids = cases.file.get("in/embedding/0").unwrap().clone();
    let ids = Tensor::<2, Int>::from_data(ids, &cases.device);
    cases.check("embedding", net.embedding.forward(ids));
    let (query, memory) = (cases.input::<3>("attention", 0), cases.input::<3>("attention", 1));
    let input = attention::MhaInput::new(query, memory.clone(), memory);
    cases.check("attention", net.attention.forward(input).context);
    cases.check("lstm", net.lstm.forward(cases.input("lstm", 0), None).0);
    let first = net.stacked[0].forward(cases.input("stacked", 0), None).0;
    cases.check("stacked", net.stacked[1].forward(first, None).0);
    cases.check("both", net.both.forward(cases.input("both", 0), None).0);
    cases.check("gru", net.gru.forward(cases.input("gru", 0), None));
    cases.check("gru_both", net.gru_both.forward(cases.input("gru_both", 0), None).0);
    cases.check("rnn", net.rnn.forward(cases.input("rnn", 0), None).0);
    cases.transformer("post", &net.post);
}

/// The norms of such a layer are numbered otherwise in PyTorch.
#[test]
fn transformers_that_normalise_first_do_so_too() {
    let cases = Cases::new();
    cases.transformer("pre", &part("pre").apply(Transformer::new(true, &cases.device)).unwrap());
    // Where it cannot be told which it is, the norms are asked for by Burn's names, and are not there.
    let mixed = vec![Transformer::new(true, &cases.device), Transformer::new(false, &cases.device)];
    let twice = part("pre").rename("", "0").unwrap();
    assert!(
        matches!(twice.apply(mixed).unwrap_err(), WeightsError::Missing { name } if name.contains("norm_1"))
    );
}

/// A square matrix fits both ways: nothing but the mark and the type of the layer tells.
#[test]
fn a_square_weight_is_turned_and_an_unmarked_file_is_refused() {
    let device = device();
    let layer = || LinearConfig::new(WIDTH, WIDTH).init(&device);
    let file = part("net").select("square").unwrap().rename("square", "").unwrap();
    let found = Weights::of(&file.apply(layer()).unwrap());
    let (theirs, ours) = (file.get("weight").unwrap(), found.get("weight").unwrap());
    let theirs = Tensor::<2>::from_data(theirs.clone(), &device);
    assert_eq!(&theirs.clone().transpose().into_data(), ours);
    assert_ne!(&theirs.into_data(), ours);

    let error = Weights::read(FILE).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Checkpoint);
    let said = error.to_string();
    assert!(said.contains("pytorch_layout.safetensors") && said.contains("format=pt"), "{said}");
    assert!(error.help().unwrap().contains("Layout::PyTorch"));
    // What says nothing is refused, too.
    let plain = std::fs::read(FILE.replace("_layout", "_layout_outputs")).unwrap();
    let error = Weights::from_safetensors(&plain).unwrap_err();
    assert_eq!(error, WeightsError::Unmarked { found: None });
    // And kiln's own file is not one of PyTorch's.
    let ours = found.to_safetensors().unwrap();
    assert!(Weights::from_safetensors(&ours).is_ok());
    let error = Weights::from_safetensors_as(&ours, Layout::PyTorch).unwrap_err();
    assert_eq!(error, WeightsError::OtherLayout);
}

#[test]
fn the_other_layout_of_a_linear_layer_makes_no_difference() {
    let cases = Cases::new();
    for name in ["square", "wide"] {
        let width = if name == "square" { WIDTH } else { 3 };
        let config =
            LinearConfig::new(WIDTH, width).with_bias(name == "square").with_layout(LinearLayout::Col);
        let file = part("net").select(name).unwrap().rename(name, "").unwrap();
        let layer = file.apply(config.init(&cases.device)).unwrap();
        cases.check(name, layer.forward(cases.input::<2>(name, 0)));
    }
}

#[test]
fn what_does_not_fit_is_named_as_pytorch_names_it() {
    let device = device();
    let net = || Net::new(&device);
    let missing = part("net").without("attention.in_proj_weight").unwrap().apply(net()).unwrap_err();
    assert_eq!(missing, WeightsError::Missing { name: "attention.in_proj_weight".to_owned() });
    let mut more = part("net");
    more.insert("lstm.weight_hr_l0", TensorData::from([[1.0f32]]));
    let names = vec!["lstm.weight_hr_l0".to_owned()];
    assert_eq!(more.apply(net()).unwrap_err(), WeightsError::Unknown { names });

    let loaded = part("net").without("gru").unwrap().apply_partial(net()).unwrap();
    assert_eq!(loaded.missing.len(), 12);
    assert!(loaded.missing.iter().all(|path| path.starts_with("gru.")), "{loaded}");
    assert!(loaded.unused.is_empty() && loaded.mismatched.is_empty(), "{loaded}");
    assert_eq!(loaded.loaded.len() + 12, Weights::of(&net()).len());
}

#[test]
fn weights_in_pytorchs_layout_stay_in_it() {
    let file = part("net");
    let again = file.to_safetensors().unwrap();
    assert!(matches!(Weights::from_safetensors(&again), Err(WeightsError::Unmarked { found: Some(_) })));
    let again = Weights::from_safetensors_as(&again, Layout::PyTorch).unwrap();
    assert_eq!((again.layout(), again.blake3()), (Layout::PyTorch, file.blake3()));
}

#[test]
fn a_file_of_torch_save_says_how_it_is_converted() {
    for start in [&b"PK\x03\x04archive"[..], &[0x80, 2, 0x8a, 10]] {
        for layout in [Layout::PyTorch, Layout::Kiln] {
            let error = Weights::from_safetensors_as(start, layout).unwrap_err();
            assert_eq!(error, WeightsError::Pickle);
            assert!(error.help().unwrap().contains("torch.load"));
        }
    }
}
