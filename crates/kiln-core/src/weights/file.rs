//! Weights in a file on the disk.

use std::path::Path;

use super::{Layout, Weights, WeightsError};
use crate::file::{self, write_durably};

impl Weights {
    /// Reads a safetensors file of kiln's, which says in its metadata that it is one.
    ///
    /// ```
    /// use burn::nn::LinearConfig;
    /// use burn::tensor::Device;
    /// use kiln_core::Weights;
    ///
    /// # let folder = tempfile::tempdir()?;
    /// let file = folder.path().join("model.safetensors");
    /// let layer = LinearConfig::new(3, 3).init(&Device::default());
    /// Weights::of(&layer).write(&file)?;
    /// assert_eq!(Weights::read(&file)?.blake3(), Weights::of(&layer).blake3());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`WeightsError::Unmarked`] for a file that does not: its tensors may lie as PyTorch's do, and a square matrix does
    /// not show it. [`WeightsError::Io`], and [`WeightsError::In`] around what [`Weights::from_safetensors`] says.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, WeightsError> {
        read(path.as_ref(), Self::from_safetensors)
    }

    /// Reads a safetensors file whose tensors lie as `layout` says; with the feature `pytorch` a file of `torch.save`, too.
    ///
    /// ```no_run
    /// use kiln_core::{Layout, Weights};
    ///
    /// // Written in Python: safetensors.torch.save_file(net.state_dict(), "net.safetensors")
    /// let weights = Weights::read_as("net.safetensors", Layout::PyTorch)?;
    /// # Ok::<(), kiln_core::WeightsError>(())
    /// ```
    ///
    /// # Errors
    /// [`WeightsError::Io`], and [`WeightsError::In`] around what [`Weights::from_safetensors_as`] says.
    pub fn read_as(path: impl AsRef<Path>, layout: Layout) -> Result<Self, WeightsError> {
        read(path.as_ref(), |bytes| match Self::from_safetensors_as(bytes, layout) {
            #[cfg(feature = "pytorch")]
            Err(WeightsError::Pickle) if layout == Layout::PyTorch => {
                super::pytorch::saved::read(path.as_ref())
            }
            read => read,
        })
    }

    /// Reads a file of weights, whoever wrote it: safetensors, and with the feature `pytorch` what `torch.save` wrote, as data and
    /// never as a program.
    ///
    /// ```no_run
    /// use kiln_core::{Layout, Weights};
    ///
    /// let file = Weights::read_any("net.safetensors")?;
    /// // Only you know how the tensors of a file lie that does not say it.
    /// let weights = if file.is_marked { file.weights } else { file.weights.lying_as(Layout::Kiln) };
    /// # Ok::<(), kiln_core::WeightsError>(())
    /// ```
    ///
    /// # Errors
    /// [`WeightsError::Io`], and [`WeightsError::In`] around what [`Weights::from_safetensors_as`] says.
    pub fn read_any(path: impl AsRef<Path>) -> Result<FileWeights, WeightsError> {
        let path = path.as_ref();
        let marked = |weights| FileWeights { weights, is_marked: true };
        let any = |bytes: &[u8]| match Self::from_safetensors(bytes) {
            Err(WeightsError::Unmarked { found }) => {
                let weights = Self::from_safetensors_as(bytes, Layout::PyTorch)?;
                Ok(FileWeights { weights, is_marked: found.as_deref() == Some(Layout::PyTorch.mark()) })
            }
            weights => weights.map(marked),
        };
        read(path, |bytes| match any(bytes) {
            #[cfg(feature = "pytorch")]
            Err(WeightsError::Pickle) => super::pytorch::saved::read(path).map(marked),
            read => read,
        })
    }

    /// Writes the tensors as a safetensors file: a crash leaves the old file or the new one, never a part.
    ///
    /// # Errors
    /// [`WeightsError::Io`], and [`WeightsError::DataType`] as [`Weights::to_safetensors`].
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), WeightsError> {
        let (path, bytes) = (path.as_ref(), self.to_safetensors()?);
        write_durably(path, &bytes).map_err(|error| io("write", path, &error))
    }
}

/// The weights in a file of any kind.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FileWeights {
    /// The tensors: in kiln's layout or in PyTorch's.
    pub weights: Weights,
    /// Whether the file says in which layout they are. Else they are taken to be in PyTorch's.
    pub is_marked: bool,
}

fn read<W>(path: &Path, parse: impl FnOnce(&[u8]) -> Result<W, WeightsError>) -> Result<W, WeightsError> {
    let bytes = file::read(path).map_err(|error| io("read", path, &error))?;
    parse(&bytes).map_err(|source| WeightsError::In { path: path.to_owned(), source: Box::new(source) })
}

fn io(action: &'static str, path: &Path, error: &std::io::Error) -> WeightsError {
    WeightsError::Io { action, path: path.to_owned(), reason: error.to_string() }
}
