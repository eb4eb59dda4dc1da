//! Batches in an order that is a pure function of (seed, epoch), made ahead in threads.
