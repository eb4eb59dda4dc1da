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

    /// Reads a safetensors file whose tensors lie as `layout` says.
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
        read(path.as_ref(), |bytes| Self::from_safetensors_as(bytes, layout))
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

fn read(
    path: &Path,
    parse: impl FnOnce(&[u8]) -> Result<Weights, WeightsError>,
) -> Result<Weights, WeightsError> {
    let bytes = file::read(path).map_err(|error| io("read", path, &error))?;
    parse(&bytes).map_err(|source| WeightsError::In { path: path.to_owned(), source: Box::new(source) })
}

fn io(action: &'static str, path: &Path, error: &std::io::Error) -> WeightsError {
    WeightsError::Io { action, path: path.to_owned(), reason: error.to_string() }
}
