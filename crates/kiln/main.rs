//! The command `kiln`.

use std::process::ExitCode;

/// Training frees and takes large blocks all the time; the system's allocator hands each back to the kernel.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    kiln::kernels::keep_freed_memory();
    kiln_cli::main()
}
