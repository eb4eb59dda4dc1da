//! What every registered kind keeps, whichever it is.
