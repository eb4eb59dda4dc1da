//! Steps with the largest numbers of the gradient of each shard, and what is left of it, which a checkpoint keeps.

use std::sync::Arc;

use burn::tensor::Tensor;
use kiln_core::{Layout, ParamInfo, ParamKind, Weights, params};
use kiln_optim::Gradients;
use kiln_ranks::{Node, Pile, RanksError};

use super::Run;
use crate::accumulate::Count;
use crate::compression::tensor;
use crate::shards::{Found, Leaf};
use crate::{CompressionConfig, ShardError, Task, TrainError};

impl<T: Task> Run<'_, T> {
    /// The sum of what is sent of the gradients of all shards, and the mean running statistics, or those of `all` shards.
    pub(super) fn compressed(
        &mut self,
        config: &CompressionConfig,
        found: Found,
        (leaves, items): (usize, usize),
        all: bool,
    ) -> Result<(Gradients, Vec<Tensor<1>>), TrainError> {
        let weights = self.trained();
        self.compressor.fit(&weights);
        let (mut own, mut present, mut pile) = (Vec::new(), Vec::<bool>::new(), Pile::new(leaves));
        for (shard, leaf) in found.each.unwrap_or_default() {
            let Count::Items(_) = leaf.count else { return Err(ShardError::CompressedWeights.into()) };
            let has = leaf.present(&weights);
            if let Some(place) = present.iter().zip(&has).position(|(a, b)| a != b) {
                return Err(ShardError::Uneven { path: weights[place].path.clone() }.into());
            }
            present = has;
            let (mut vector, rest) = leaf.apart(&weights)?;
            // Its part in the mean over all items.
            vector.iter_mut().for_each(|sum| *sum /= items as f32);
            own.push((shard, self.compressor.compress(config, shard, vector)));
            pile.push(Node::leaf(shard), rest, Leaf::add);
        }
        let (_, running) = self.reduced(pile, found.seen, leaves)?.mean(all);
        let length = self.compressor.length();
        let (presents, sent) = match &self.trainer.ranks {
            None => (vec![present], own),
            Some(ranks) => {
                let said: Vec<u8> = present.iter().map(|is| u8::from(*is)).collect();
                let (said, sent) = ranks.gather_sparse(&said, &own, length)?;
                (said.into_iter().map(|said| said.iter().map(|is| *is != 0).collect()).collect(), sent)
            }
        };
        let mut presents = presents.into_iter().filter(|present| !present.is_empty());
        let present = presents.next().unwrap_or_default();
        if let Some(other) = presents.find(|other| *other != present) {
            let uneven = weights.iter().zip(present.iter().zip(&other)).find(|(_, (a, b))| a != b);
            let path = uneven.map_or_else(|| "a parameter".to_owned(), |(info, _)| info.path.clone());
            return Err(ShardError::Uneven { path }.into());
        }
        if !sent.iter().map(|(shard, _)| *shard).eq(0..leaves) {
            let what = "the gradients of other shards than those of the batch".to_owned();
            return Err(RanksError::Garbled { rank: 0, what }.into());
        }
        // In the order of the shards, whoever has them.
        let mut sum = vec![0.0; length];
        sent.iter().for_each(|(_, sparse)| sparse.add_to(&mut sum));
        let (mut gradients, mut rest, device) = (Gradients::default(), &sum[..], self.device.clone().inner());
        for (info, present) in weights.iter().zip(present) {
            let (values, behind) = rest.split_at(info.dims.iter().product());
            rest = behind;
            if present {
                gradients.insert(info.id, tensor(values, &device));
            }
        }
        Ok((gradients, running))
    }

    /// The parameters that are trained.
    fn trained(&self) -> Vec<ParamInfo> {
        let mut weights = params::list(self.model());
        weights.retain(|info| info.trainable && info.kind != ParamKind::Running);
        weights
    }

    /// What is left of the gradients of all shards, on rank 0; of its own on the others.
    pub(super) fn left(&self) -> Result<Weights, TrainError> {
        let mut left = self.compressor.weights();
        let (Some(ranks), true) = (&self.trainer.ranks, self.gathers_left) else { return Ok(left) };
        let mut outgoing: Vec<Arc<Vec<u8>>> = vec![Arc::default(); ranks.count()];
        if !ranks.is_head() {
            outgoing[0] = Arc::new(left.to_safetensors()?);
        }
        let all = ranks.swap(outgoing)?;
        for bytes in all.iter().skip(1).filter(|bytes| ranks.is_head() && !bytes.is_empty()) {
            for (name, data) in Weights::from_safetensors_as(bytes, Layout::Kiln)?.iter() {
                left.insert(name, data.clone());
            }
        }
        Ok(left)
    }

    /// Takes up what is left of the gradients of this rank's shards.
    pub(super) fn take_left(&mut self, left: &Weights) {
        let Some(shards) = &self.shards else { return };
        let own: Vec<usize> = shards.own.clone().collect();
        let trained = self.trained();
        self.compressor.fit(&trained);
        self.compressor.take(left, &own);
    }

    /// All ranks save at the same steps, where what is left of gradients is to be gathered.
    pub(super) fn agree_on_checkpoints(&mut self) -> Result<(), TrainError> {
        let Some(ranks) = self.trainer.ranks.clone() else { return Ok(()) };
        // Also where nothing is gathered: ranks that differ in that must come as far as to say so.
        let (checkpoint, keeps) =
            ranks.hear(&(self.trainer.checkpoint.clone(), self.trainer.store.is_some()))?;
        self.trainer.checkpoint = checkpoint;
        self.gathers_left = keeps && self.trainer.config.compression.is_some();
        Ok(())
    }
}
