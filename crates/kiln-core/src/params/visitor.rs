//! The one visitor behind all that this module reads of others.
//!
//! A visitor is compiled once more for every layer of every network, so it is one type, and what it does with a field is called
//! through a pointer.

use burn::module::{Flag, ModuleVisitor, Param};
use burn::tensor::Tensor;

use super::info::{ModulePath, ParamInfo};

/// What is read.
pub(super) enum Look<'a> {
    /// Every float parameter, flat.
    Floats(&'a mut dyn FnMut(&ParamInfo, Tensor<1>)),
    /// Every layer that makes a difference between training and evaluation: its path, and whether it trains.
    Flags(&'a mut dyn FnMut(String, bool)),
}

pub(super) struct Visitor<'a> {
    at: ModulePath,
    look: Look<'a>,
}

impl<'a> Visitor<'a> {
    pub(super) fn new(look: Look<'a>) -> Self {
        Self { at: ModulePath::default(), look }
    }
}

impl ModuleVisitor for Visitor<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.at.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.at.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Look::Floats(each) = &mut self.look {
            each(&self.at.info(param), param.base().reshape([-1]));
        }
    }

    fn visit_flag(&mut self, flag: &Param<Flag>) {
        if let Look::Flags(each) = &mut self.look {
            each(self.at.layer(), flag.is_enabled());
        }
    }
}
