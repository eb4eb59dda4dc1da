//! Tables, progress and JSON lines from plain records; never touches a tensor.
