//! A decoder that is told one token after another, and keeps the keys and values of those before.

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::Tensor;
use kiln_kernels::cpu::{Act, Angles, Curve, PackedLinear, Vectorize, curve, rotary, vectorized};

use super::block::TokenBlock;
use super::stack::{BASE, Stack};
use super::style::{EPSILON, NormOfTokens};

/// A language model at work on one text: told a token, it says how likely each token is to follow. What it kept of the tokens before is used again, so that a
/// token costs the same whether it is the tenth or the hundredth, but for attention. It runs on the CPU, wherever the model is.
#[derive(Debug)]
pub struct Decoder {
    width: usize,
    context: usize,
    /// `[vocabulary, width]`.
    tokens: Vec<f32>,
    /// `[context, width]`.
    positions: Option<Vec<f32>>,
    angles: Option<Angles>,
    blocks: Vec<Block>,
    norm: Norm,
    output: PackedLinear,
    /// Tokens that are kept.
    len: usize,
    logits: Vec<f32>,
}

#[derive(Debug)]
struct Block {
    norm1: Norm,
    qkv: PackedLinear,
    proj: PackedLinear,
    norm2: Norm,
    fc1: PackedLinear,
    fc2: PackedLinear,
    gated: bool,
    heads: usize,
    /// `[heads, inner, context]`, so that all keys are met by one number of a query at a time.
    keys: Vec<f32>,
    /// `[heads, context, inner]`.
    values: Vec<f32>,
}

#[derive(Debug)]
struct Norm {
    gamma: Vec<f32>,
    /// Of a layer norm; none of rms norm.
    beta: Option<Vec<f32>>,
}

fn numbers<const D: usize>(param: &Param<Tensor<D>>) -> Vec<f32> {
    param.val().into_data().iter().collect()
}

fn packed(layer: &Linear) -> PackedLinear {
    let bias = layer.bias.as_ref().map(numbers);
    PackedLinear::new(layer.weight.dims(), &numbers(&layer.weight), bias.as_deref())
}

impl Norm {
    fn new(norm: &NormOfTokens) -> Self {
        match norm {
            NormOfTokens::Layer(norm) => {
                let gamma = numbers(&norm.gamma);
                let beta = norm.beta.as_ref().map_or_else(|| vec![0.0; gamma.len()], numbers);
                Self { gamma, beta: Some(beta) }
            }
            NormOfTokens::Rms(norm) => Self { gamma: numbers(&norm.gamma), beta: None },
        }
    }

    fn apply(&self, x: &[f32]) -> Vec<f32> {
        let mean =
            |of: &dyn Fn(f64) -> f64| x.iter().map(|&x| of(f64::from(x))).sum::<f64>() / x.len() as f64;
        let middle = if self.beta.is_some() { mean(&|x| x) } else { 0.0 };
        let inverse = (mean(&|x| (x - middle) * (x - middle)) + EPSILON).sqrt().recip() as f32;
        let scaled = x.iter().zip(&self.gamma).map(|(x, gamma)| (x - middle as f32) * inverse * gamma);
        match &self.beta {
            Some(beta) => scaled.zip(beta).map(|(x, beta)| x + beta).collect(),
            None => scaled.collect(),
        }
    }
}

fn apply(layer: &PackedLinear, x: &[f32]) -> Vec<f32> {
    let mut y = vec![0.0; layer.outputs()];
    layer.apply(1, x, Act::None, &mut y);
    y
}

impl Block {
    fn new(block: &TokenBlock, width: usize, context: usize) -> Self {
        Self {
            norm1: Norm::new(&block.norm1),
            qkv: packed(&block.attn.qkv),
            proj: packed(&block.attn.proj),
            norm2: Norm::new(&block.norm2),
            fc1: packed(&block.mlp.fc1),
            fc2: packed(&block.mlp.fc2),
            gated: block.mlp.gated,
            heads: block.attn.heads,
            keys: vec![0.0; width * context],
            values: vec![0.0; width * context],
        }
    }

    fn step(&mut self, x: &mut [f32], at: usize, context: usize, angles: Option<&Angles>) {
        let mut qkv = apply(&self.qkv, &self.norm1.apply(x));
        if let Some(angles) = angles {
            let straight = qkv.clone();
            rotary(self.heads, angles, &[at as u32], &straight, false, &mut qkv);
        }
        let mut attended = vec![0.0; x.len()];
        let (heads, keys, values) = (self.heads, &mut self.keys, &mut self.values);
        vectorized(Attend { heads, at, context, qkv: &qkv, keys, values, y: &mut attended });
        add(x, &apply(&self.proj, &attended));
        let mut hidden = apply(&self.fc1, &self.norm2.apply(x));
        if self.gated {
            let (gate, value) = hidden.split_at(hidden.len() / 2);
            let mut open = vec![0.0; gate.len()];
            curve(Curve::Silu, gate, &mut open);
            open.iter_mut().zip(value).for_each(|(open, value)| *open *= value);
            hidden = open;
        } else {
            let straight = hidden.clone();
            curve(Curve::Gelu, &straight, &mut hidden);
        }
        add(x, &apply(&self.fc2, &hidden));
    }
}

fn add(x: &mut [f32], y: &[f32]) {
    x.iter_mut().zip(y).for_each(|(x, y)| *x += y);
}

/// What one query sees of the keys and values so far, its own among them.
struct Attend<'a> {
    heads: usize,
    at: usize,
    context: usize,
    qkv: &'a [f32],
    keys: &'a mut [f32],
    values: &'a mut [f32],
    y: &'a mut [f32],
}

impl Vectorize for Attend<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { heads, at, context, qkv, keys, values, y } = self;
        let width = y.len();
        let inner = width / heads;
        let scale = (inner as f64).sqrt().recip() as f32;
        let mut scores = vec![0.0; at + 1];
        for head in 0..heads {
            let part = |part: usize| &qkv[part * width + head * inner..][..inner];
            let (query, key, value) = (part(0), part(1), part(2));
            let keys = &mut keys[head * inner * context..][..inner * context];
            let values = &mut values[head * inner * context..][..inner * context];
            scores.fill(0.0);
            for i in 0..inner {
                let line = &mut keys[i * context..][..at + 1];
                line[at] = key[i];
                let number = query[i] * scale;
                scores.iter_mut().zip(&*line).for_each(|(score, key)| *score += number * key);
            }
            values[at * inner..][..inner].copy_from_slice(value);
            let most = scores.iter().fold(f32::NEG_INFINITY, |most, &score| most.max(score));
            let mut total = 0.0;
            for score in &mut scores {
                *score = (*score - most).exp();
                total += *score;
            }
            let y = &mut y[head * inner..][..inner];
            for (share, value) in scores.iter().zip(values.chunks_exact(inner)) {
                let share = share / total;
                y.iter_mut().zip(value).for_each(|(y, value)| *y += share * value);
            }
        }
    }
}

impl Decoder {
    pub(crate) fn new(stack: &Stack) -> Self {
        let (table, context) = (stack.table(), stack.context());
        let [vocabulary, width] = table.dims();
        let tokens: Vec<f32> = table.into_data().iter().collect();
        let mut across = vec![0.0; tokens.len()];
        for (token, row) in tokens.chunks_exact(width).enumerate() {
            row.iter().enumerate().for_each(|(i, x)| across[i * vocabulary + token] = *x);
        }
        let blocks: Vec<Block> = stack.blocks.iter().map(|block| Block::new(block, width, context)).collect();
        let inner = width / blocks.first().map_or(1, |block| block.heads);
        let rotary = stack.positions.is_none();
        Self {
            width,
            context,
            positions: stack.positions.as_ref().map(numbers),
            angles: rotary.then(|| Angles::new(context, inner, BASE)),
            blocks,
            norm: Norm::new(&stack.norm),
            output: PackedLinear::new([width, vocabulary], &across, None),
            tokens,
            len: 0,
            logits: vec![0.0; vocabulary],
        }
    }

    /// Takes the next token, and gives the logits of each token to follow it, `[vocabulary]`.
    ///
    /// # Panics
    /// When the token is none of the vocabulary, or as many are kept as the context holds: see [`Decoder::is_full`].
    pub fn feed(&mut self, token: u32) -> &[f32] {
        assert!(!self.is_full(), "decoder: {} tokens are all that it keeps", self.context);
        let rows = self.tokens.len() / self.width;
        assert!((token as usize) < rows, "decoder: token {token} of {rows}");
        let mut x = self.tokens[token as usize * self.width..][..self.width].to_vec();
        if let Some(positions) = &self.positions {
            add(&mut x, &positions[self.len * self.width..][..self.width]);
        }
        for block in &mut self.blocks {
            block.step(&mut x, self.len, self.context, self.angles.as_ref());
        }
        self.len += 1;
        self.output.apply(1, &self.norm.apply(&x), Act::None, &mut self.logits);
        &self.logits
    }

    /// Whether no more tokens can be kept. [`Decoder::clear`] makes room.
    pub fn is_full(&self) -> bool {
        self.len == self.context
    }

    /// Forgets all tokens.
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// The most tokens that are kept.
    pub fn context(&self) -> usize {
        self.context
    }
}
