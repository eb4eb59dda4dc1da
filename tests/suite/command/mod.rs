//! The whole program, as its users meet it: what it prints, what it writes, how it ends.

mod kinds;
mod learning_rate;
mod newcomer;
mod own_data;
mod predict;
mod runs;
mod settings;
mod stopping;
mod training;
