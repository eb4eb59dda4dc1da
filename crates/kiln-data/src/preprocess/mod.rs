//! Preprocessing that is born unfitted, is fitted on the training part only, and transforms once fitted.
