//! What wgpu is told, counted where it passes wgpu's own log.
//!
//! CubeCL has a hook for launches and none for uploads, read-backs and allocations. Below it, wgpu-core writes a record to its log
//! for every command. They are counted here, on the way to nowhere.

use std::cell::Cell;
use std::fmt::Write;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use log::{LevelFilter, Log, Metadata, Record};

/// All commands of the process since the log is counted.
#[derive(Debug, Default)]
pub(super) struct Commands {
    pub(super) dispatches: AtomicU64,
    pub(super) uploads: AtomicU64,
    pub(super) reads: AtomicU64,
    pub(super) read_bytes: AtomicU64,
    pub(super) held_back: AtomicU64,
    pub(super) buffers: AtomicU64,
    pub(super) freed: AtomicU64,
    pub(super) pipelines: AtomicU64,
}

static COMMANDS: Commands = Commands {
    dispatches: AtomicU64::new(0),
    uploads: AtomicU64::new(0),
    reads: AtomicU64::new(0),
    read_bytes: AtomicU64::new(0),
    held_back: AtomicU64::new(0),
    buffers: AtomicU64::new(0),
    freed: AtomicU64::new(0),
    pipelines: AtomicU64::new(0),
};

thread_local! {
    /// Whether this thread gives wgpu work. Another one does nothing but wait for what is read back.
    static SUBMITS: Cell<bool> = const { Cell::new(false) };
}

/// Begins to count. `None` where the program has a log of its own, which cannot be counted beside.
pub(super) fn commands() -> Option<&'static Commands> {
    static BEGIN: Once = Once::new();
    static OURS: AtomicBool = AtomicBool::new(false);
    BEGIN.call_once(|| {
        if log::set_logger(&COMMANDS).is_ok() {
            log::set_max_level(LevelFilter::Trace);
            OURS.store(true, Ordering::Relaxed);
        }
    });
    OURS.load(Ordering::Relaxed).then_some(&COMMANDS)
}

impl Log for Commands {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("wgpu_core")
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let mut text = String::new();
        let text = match record.args().as_str() {
            Some(text) => text,
            None => {
                // Writing to a string does not fail.
                let _ = text.write_fmt(*record.args());
                &text
            }
        };
        self.count(text);
    }

    fn flush(&self) {}
}

impl Commands {
    fn count(&self, record: &str) {
        let one = |counter: &AtomicU64| {
            counter.fetch_add(1, Ordering::Relaxed);
        };
        let is = |command: &str| record.starts_with(command);
        if is("ComputePass::dispatch") {
            one(&self.dispatches);
        } else if is("Queue::write_buffer") || is("Queue::create_staging_buffer") {
            one(&self.uploads);
        } else if is("Buffer::map_async") {
            one(&self.reads);
        } else if is("CommandEncoder::copy_buffer_to_buffer") {
            self.read_bytes.fetch_add(copied(record), Ordering::Relaxed);
        } else if is("Device::create_buffer") {
            one(&self.buffers);
        } else if is("Buffer::drop") {
            one(&self.freed);
        } else if is("Device::create_compute_pipeline") {
            one(&self.pipelines);
        } else if is("Queue::submit") {
            SUBMITS.set(true);
        } else if is("Device::maintain: waiting") && SUBMITS.get() {
            one(&self.held_back);
        }
    }
}

/// The bytes of `… Some(4)bytes`.
fn copied(record: &str) -> u64 {
    let size = record.rsplit_once("Some(").and_then(|(_, rest)| rest.split_once(')'));
    size.and_then(|(size, _)| size.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_told_apart() {
        let commands = Commands::default();
        for record in [
            "ComputePass::dispatch [4, 1, 1]",
            "Queue::write_buffer",
            "Queue::create_staging_buffer",
            "CommandEncoder::copy_buffer_to_buffer Id(1,2) -> Id(3,4) Some(128)bytes",
            "Buffer::map_async Id(3,4) offset 0 size Some(128) op: BufferMapOperation",
            "Device::create_buffer(\"\") -> Id(5,1)",
            "Device::create_compute_pipeline -> Id(6,1)",
            "Buffer::drop Id(5,1)",
        ] {
            commands.count(record);
        }
        // A thread that only waits for what is read back holds nobody up.
        commands.count("Device::maintain: waiting for submission index 7");
        let now = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        assert_eq!([&commands.dispatches, &commands.uploads, &commands.reads].map(now), [1, 2, 1]);
        assert_eq!([&commands.read_bytes, &commands.buffers, &commands.pipelines].map(now), [128, 1, 1]);
        assert_eq!([&commands.freed, &commands.held_back].map(now), [1, 0]);
        commands.count("Queue::submit");
        commands.count("Device::maintain: waiting for submission index 8");
        assert_eq!(now(&commands.held_back), 1);
    }
}
