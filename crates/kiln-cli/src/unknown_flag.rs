//! A flag that is no flag, but a setting.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use kiln_config::keys_named;

/// Which setting was probably meant by an unknown flag, in a sentence: `--lr` is optim.lr.
pub(crate) fn help(error: &clap::Error) -> Option<String> {
    if error.kind() != ErrorKind::UnknownArgument {
        return None;
    }
    let Some(ContextValue::String(flag)) = error.get(ContextKind::InvalidArg) else { return None };
    let name = flag.strip_prefix("--")?.split('=').next()?;
    let keys: Vec<String> = meant(name).iter().map(|key| format!("{key}=VALUE")).collect();
    (!keys.is_empty()).then(|| format!("--{name} is a setting: write {} without dashes", keys.join(" or ")))
}

/// The settings of this name, or of the one that other programs have for it.
fn meant(name: &str) -> Vec<String> {
    const OTHERS: [(&str, &str); 4] =
        [("learning-rate", "lr"), ("batch", "batch_size"), ("num-epochs", "epochs"), ("features", "ignore")];
    let keys = keys_named(name);
    let other = OTHERS.iter().find(|(other, _)| *other == name.replace('_', "-"));
    match other {
        Some((_, own)) if keys.is_empty() => keys_named(own),
        _ => keys,
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::command::Cli;

    fn says(line: &str) -> Option<String> {
        help(&Cli::try_parse_from(line.split(' ')).unwrap_err())
    }

    #[test]
    fn an_unknown_flag_points_to_its_setting() {
        let lr = Some("--lr is a setting: write optim.lr=VALUE without dashes".to_owned());
        assert_eq!(says("kiln train digits --lr 0.1"), lr);
        assert_eq!(says("kiln train digits --lr=0.1"), lr);
        let rate = says("kiln train digits --learning-rate 0.1").unwrap();
        assert!(rate.contains("optim.lr=VALUE"), "{rate}");
        assert!(says("kiln cv digits --batch-size 8").unwrap().contains("train.batch_size=VALUE"));
        assert!(says("kiln lr-find digits --target y").unwrap().contains("data.target=VALUE"));
        assert_eq!(says("kiln train digits --frobnicate"), None);
        assert_eq!(says("kiln eval"), None);
    }
}
