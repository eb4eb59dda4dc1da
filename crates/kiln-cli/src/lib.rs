//! The command kiln: arguments, plan, run, exit codes.
