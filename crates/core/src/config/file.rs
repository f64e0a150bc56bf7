use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::{Path, PathBuf};

use config::{FileFormat, ValueKind};

use super::schema::{Kind, Schema};
use super::setting::Setting;
use super::{ConfigError, Origin};

/// A configuration file larger than this is not one.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// The file of the layers.
#[derive(Debug, Clone)]
pub(super) struct FileLayer {
    pub(super) path: PathBuf,
    /// Somebody asked for it: then it has to be there.
    pub(super) required: bool,
}

impl FileLayer {
    pub(super) fn settings(&self, schema: &Schema) -> Result<Vec<Setting>, ConfigError> {
        let Some(text) = self.read()? else { return Ok(Vec::new()) };
        let file = config::File::from_str(&text, FileFormat::Toml);
        let table = config::Source::collect(&file).map_err(|error| self.syntax(&error))?;
        let mut settings = Vec::new();
        self.flatten("", table, schema, &mut settings)?;
        Ok(settings)
    }

    fn read(&self) -> Result<Option<String>, ConfigError> {
        match read_bounded(&self.path) {
            Ok(text) if text.len() as u64 > MAX_FILE_BYTES => {
                Err(self.unreadable(format!("is larger than {MAX_FILE_BYTES} bytes")))
            }
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !self.required => Ok(None),
            Err(error) => Err(self.unreadable(error.to_string())),
        }
    }

    fn flatten(
        &self,
        section: &str,
        table: HashMap<String, config::Value>,
        schema: &Schema,
        settings: &mut Vec<Setting>,
    ) -> Result<(), ConfigError> {
        // In their order, so that of several mistakes the same one is told each time.
        for (name, value) in table.into_iter().collect::<BTreeMap<_, _>>() {
            let key = if section.is_empty() { name } else { format!("{section}.{name}") };
            let origin = Origin::File(self.path.clone());
            match (schema.kind(&key), value.kind.clone()) {
                (Some(Kind::Section), ValueKind::Table(inner)) => {
                    self.flatten(&key, inner, schema, settings)?;
                }
                (Some(Kind::Section), _) => {
                    let problem = format!("is a section: write `[{key}]` and its settings below");
                    return Err(ConfigError::Invalid { key, origin, problem });
                }
                _ => settings.push(Setting { key, value, origin }),
            }
        }
        Ok(())
    }

    fn unreadable(&self, problem: String) -> ConfigError {
        ConfigError::File { path: self.path.clone(), problem }
    }

    /// Keeps the place and the finding; the lines between quote the file, which may hold a secret.
    fn syntax(&self, error: &config::ConfigError) -> ConfigError {
        let text = match error {
            config::ConfigError::FileParse { cause, .. } => cause.to_string(),
            other => other.to_string(),
        };
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let place = lines.next().unwrap_or("unreadable").to_owned();
        let problem = match lines.next_back().filter(|last| !last.contains('|')) {
            Some(finding) => format!("{}: {finding}", place.trim_start_matches("TOML parse error ")),
            None => place,
        };
        ConfigError::Syntax { path: self.path.clone(), problem }
    }
}

fn read_bounded(path: &Path) -> std::io::Result<String> {
    let mut text = String::new();
    std::fs::File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_string(&mut text)?;
    Ok(text)
}
