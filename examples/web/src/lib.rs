//! kiln-infer for a page: a model and images come as bytes, probabilities go back.
//!
//! A page calls plain functions of numbers, and reads and writes the memory of the program at the addresses that they give. That needs no
//! generator of JavaScript. It asks for [`room`], writes bytes there, and says what they are: [`load`] a model, [`predict`] images.
//! Then [`found`] are the probabilities and [`said`] is a text, which is JSON about the model after [`load`], or what was wrong.
//! Addresses hold until the next call.

use std::sync::{Mutex, MutexGuard, PoisonError};

use kiln_infer::Model;
use serde_json::json;

/// What lives between two calls.
#[derive(Debug)]
struct State {
    /// What the page has written.
    given: Vec<u8>,
    model: Option<Model>,
    found: Vec<f32>,
    said: String,
}

static STATE: Mutex<State> =
    Mutex::new(State { given: Vec::new(), model: None, found: Vec::new(), said: String::new() });

/// What a call gives that failed: [`said`] is why.
const FAILED: i32 = -1;

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The address of `len` bytes that the page may write; 0 where there is no such memory.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub extern "C" fn room(len: usize) -> *mut u8 {
    let given = &mut state().given;
    given.clear();
    if given.try_reserve_exact(len).is_err() {
        return std::ptr::null_mut();
    }
    given.resize(len, 0);
    given.as_mut_ptr()
}

/// Takes the bytes for the file of a model, and gives the number of its classes. -1 for anything else.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub extern "C" fn load() -> i32 {
    state().with(|state| {
        let model =
            Model::from_bytes(&std::mem::take(&mut state.given)).map_err(|error| error.to_string())?;
        let shape = model.image_shape().ok_or("the model takes rows of a table, and a page draws images")?;
        let classes = model.class_names().ok_or("the model predicts numbers, and the page shows classes")?;
        let count = classes.len();
        state.said = json!({ "shape": shape, "classes": classes }).to_string();
        state.model = Some(model);
        Ok(count)
    })
}

/// Takes the bytes for images, `[n, channels, height, width]`, and gives how many probabilities there are: n times the classes. -1 for bytes
/// that are no images, and without a model.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub extern "C" fn predict() -> i32 {
    state().with(|state| {
        let model = state.model.as_ref().ok_or("there is no model")?;
        let predictions = model.predict_images(&state.given).map_err(|error| error.to_string())?;
        state.found.clear();
        state.found.extend(predictions.iter().filter_map(|prediction| prediction.probabilities()).flatten());
        Ok(state.found.len())
    })
}

/// The address of the probabilities: f32, those of an image one behind the other.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub extern "C" fn found() -> *const f32 {
    state().found.as_ptr()
}

/// The address of the text, UTF-8.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub extern "C" fn said() -> *const u8 {
    state().said.as_ptr()
}

/// Bytes of the text.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
pub extern "C" fn said_len() -> usize {
    state().said.len()
}

impl State {
    /// The number that `work` gives, or −1 with the reason as the text.
    fn with(&mut self, work: impl FnOnce(&mut Self) -> Result<usize, String>) -> i32 {
        match work(self) {
            Ok(number) => i32::try_from(number).unwrap_or(FAILED),
            Err(reason) => {
                self.said = reason;
                FAILED
            }
        }
    }
}
