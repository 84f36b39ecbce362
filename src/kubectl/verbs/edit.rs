//! `kubectl edit`: what comes before the editor.

use super::common;
use crate::kubectl::Done;
use crate::kubectl::failure::{Failure, Failures};
use crate::kubectl::flags::Flags;
use crate::kubectl::io::Io;

pub(super) const FLAGS: &str = "allow-missing-template-keys:b field-manager:s filename/f:l kustomize/k:s! output/o:s \
output-patch:b recursive/R:b save-config:b show-managed-fields:b subresource:s template:s validate:s=strict \
windows-line-endings:b";

pub(super) fn run(io: &mut Io, flags: &Flags) -> Done {
    let mut failures = Failures::default();
    common::infos(io, flags, &flags.args, &mut failures)?;
    failures.done()?;
    Err(Failure::not_simulated("kubectl edit").into())
}
